import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log/logger.ts";
import { printable, printableLines } from "../../lib/log/printable.ts";
import { acting, hostileText } from "../support/hostile-text.ts";

describe("text for a terminal", () => {
  it("spells out each character that acts on one, and no other", () => {
    const dangerous = "\u0000\u001b\u007f\u0085\u009b\u00ad\u061c\u200e\u202e\u2028\u2029\u2066\ufeff\ud800\u{e0001}";
    for (const character of dangerous) expect(printable(character)).toMatch(/^(?:\\u[0-9a-f]{4}){1,2}$/);
    const harmless = "cpu_l3 zwölf 𝒳 😀 メトリック ~\\\"'";
    expect([printable(harmless), printableLines(harmless)]).toEqual([harmless, harmless]);
  });

  it("means the same as JSON, whatever it is", () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, hostileText), (value) => {
        const json = printable(JSON.stringify(value));
        expect(json).not.toMatch(acting);
        expect(JSON.parse(json)).toEqual(value);
      }),
    );
  });

  it("keeps the line feeds of several lines, and loses them in one", () => {
    expect([printableLines("a\n\u001bb\tc\r\n"), printable("a\nb")]).toEqual([
      "a\n\\u001bb\\u0009c\\u000d\n",
      "a\\u000ab",
    ]);
  });

  it("is what a logger writes, of its fields too", () => {
    fc.assert(
      fc.property(hostileText, hostileText, (message, detail) => {
        const lines: string[] = [];
        createLogger((line) => lines.push(line)).warn(message, { detail, cause: new Error(detail) });
        expect(lines.join()).not.toMatch(acting);
        expect(JSON.parse(lines.join())).toEqual({ level: "warn", message, detail, cause: `Error: ${detail}` });
      }),
    );
  });
});
