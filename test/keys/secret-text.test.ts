import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSecretText, secretProblem, secretWarnings } from "../../lib/keys/secret-text.ts";
import { anyCodePoint } from "../support/any-code-point.ts";

const GOOD = "sixteen or more of them";

describe("a secret's text", () => {
  it.each([
    ["in front", `\ufeff${GOOD}`],
    ["inside", `six\ufeffteen or more`],
    ["behind", `${GOOD}\ufeff`],
  ])("is refused with a byte-order mark %s", (_where, secret) => {
    expect(secretProblem(secret)).toContain("byte-order mark (U+FEFF)");
  });

  it("is refused with half a surrogate pair, which all have the same bytes", () => {
    expect(["\ud83d", `${GOOD}\udc00`].map((secret) => secretProblem(secret) !== undefined)).toEqual([true, true]);
    expect(secretProblem(`${GOOD} \u{1f600}`)).toBeUndefined();
  });

  it.each([
    ["a blank in front", ` ${GOOD}`, "blanks or line ends at"],
    ["a tab behind", `${GOOD}\t`, "blanks or line ends at"],
    ["a second line end", `${GOOD}\n`, "blanks or line ends at"],
    ["a carriage return", `${GOOD}\r`, "blanks or line ends at"],
    ["a blank that does not break", `${GOOD}\u00a0`, "blanks or line ends at"],
    ["quotes inside blanks", ` "${GOOD}" `, "blanks or line ends and quotes at"],
    ["quotes", `"${GOOD}"`, "quotes at"],
    ["single quotes", `'${GOOD}'`, "quotes at"],
    ["quotes around more than a line", `"${GOOD}\n${GOOD}"`, "quotes at"],
    ["what was not UTF-8 once", `${GOOD} zw\ufffdlf`, "replacement character (U+FFFD)"],
    ["fifteen characters", "fifteen letters", "a secret of 15 characters"],
    ["characters of two code units each", "\u{1f600}".repeat(15), "a secret of 15 characters"],
  ])("has a warning for %s, which does not repeat it", (_what, secret, warning) => {
    expect(secretWarnings(secret)).toEqual([expect.stringContaining(warning)]);
    expect(secretWarnings(secret).join()).not.toContain("sixteen");
  });

  it.each([GOOD, `"${GOOD}`, `${GOOD}'`, `'${GOOD}"`, "sixteen\tor \u00a0 more"])("is taken as it is: %j", (secret) => {
    expect([secretProblem(secret), secretWarnings(secret)]).toEqual([undefined, []]);
  });
});

describe("a secret's bytes", () => {
  it("are read as they were written, whatever they say", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodePoint }), (text) => {
        fc.pre(!text.startsWith("\ufeff") && !text.includes("\0"));
        expect(decodeSecretText(Buffer.from(text))).toEqual({ ok: true, text });
      }),
    );
  });

  it.each<[string, Buffer, string]>([
    ["with a byte-order mark", Buffer.from(`\ufeff${GOOD}`), "begins with a byte-order mark"],
    ["as UTF-16 with a mark", Buffer.from(`\ufeff${GOOD}`, "utf16le"), "is UTF-16"],
    ["as UTF-16 of the other order", Buffer.from(`\ufeff${GOOD}`, "utf16le").swap16(), "is UTF-16"],
    ["as UTF-16 without a mark", Buffer.from(GOOD, "utf16le"), "is UTF-16"],
    ["as Latin-1", Buffer.from("zwölf Boxkämpfer", "latin1"), "is not UTF-8"],
    ["cut inside a character", Buffer.from("zwö").subarray(0, 3), "is not UTF-8"],
  ])("are refused %s", (_how, bytes, problem) => {
    expect(decodeSecretText(bytes)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});
