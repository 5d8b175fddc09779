import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../lib/sample/value.ts";
import { decodeJson } from "../../lib/wire/json-reader.ts";
import { type DecodeLimits, messageLimits } from "../../lib/wire/limits.ts";

describe("decodeJson", () => {
  it.each<[string, Value]>([
    ["1", 1n],
    ["1.0", 1],
    ["-0", 0n],
    ["-0.0", -0],
    ["1e5", 100_000],
    ["1E+2", 100],
    ["1e999", Number.POSITIVE_INFINITY],
    ["9007199254740993", 9_007_199_254_740_993n],
    ["18446744073709551616", 2n ** 64n],
    [`-${"9".repeat(4_300)}`, -(10n ** 4_300n) + 1n],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    [" \t\r\n null ", null],
    ["[true, false]", [true, false]],
    ['"\\u00e9\\ud83d\\ude00\\n\\/\\""', 'é😀\n/"'],
    ['"\u2028"', "\u2028"],
    ["{}", new Map()],
    ['{"a": {"b": []}}', new Map([["a", new Map([["b", []]])]])],
  ])("reads %s", (text, value) => {
    expect(decodeJson(text)).toEqual({ ok: true, value });
  });

  it("keeps the last of equal names, and names that JavaScript objects treat specially", () => {
    const decoded = decodeJson('{"__proto__": 1, "10": 2, "9": 3, "10": 4}');
    expect(decoded.ok && Array.from(decoded.value as Map<string, Value>)).toEqual([
      ["__proto__", 1n],
      ["10", 4n],
      ["9", 3n],
    ]);
  });

  it.each([
    ["", "JSON: ends too early at character 0"],
    ["{", "JSON: expected a name in quotes at character 1"],
    ["[1", "JSON: expected a comma or a closing bracket at character 2"],
    ['{"a" 1}', "JSON: expected a colon at character 5"],
    ['{"a": 1', "JSON: expected a comma or a closing brace at character 7"],
    ["{a: 1}", "JSON: expected a name in quotes at character 1"],
    ["[1,]", "JSON: expected a value at character 3"],
    ["01", "JSON: something after the value at character 1"],
    ["1.", "JSON: something after the value at character 1"],
    [".5", "JSON: expected a value at character 0"],
    ["-", "JSON: expected a value at character 0"],
    ["nul", "JSON: expected a value at character 0"],
    ['"abc', "JSON: ends inside a string at character 4"],
    ['"a\nb"', "JSON: a control character inside a string at character 2"],
    ['"\\x"', "JSON: an unknown escape at character 3"],
    ['"\\u12g4"', "JSON: expected four hexadecimal digits at character 3"],
    ['"\\ud800"', "JSON: text with a lone surrogate at character 0"],
    ['"\\udc00\\ud800"', "JSON: text with a lone surrogate at character 0"],
    ["\ufeff1", "JSON: expected a value at character 0"],
  ])("refuses %j", (text, detail) => {
    expect(decodeJson(text)).toEqual({ ok: false, reason: "undecodable", detail });
  });

  it.each<[string, Partial<DecodeLimits>, string, string]>([
    ["size", { maxBytes: 3 }, "1234", "4 characters; the limit is 3 bytes"],
    ["depth", { maxDepth: 1 }, "[[]]", "JSON: nests deeper than 1 at character 1"],
    ["depth of maps", { maxDepth: 1 }, '{"a":{}}', "JSON: nests deeper than 1 at character 5"],
    ["entries of a map", { maxMapLength: 1 }, '{"a":1,"b":2}', "JSON: a map of more than 1 entries at character 12"],
    ["items of a list", { maxArrayLength: 1 }, "[1,2]", "JSON: a list of more than 1 items at character 4"],
    ["length of text", { maxStringLength: 2 }, '"abc"', "JSON: a string of more than 2 characters at character 4"],
    ["digits of an integer", { maxIntegerDigits: 2 }, "-100", "JSON: an integer of more than 2 digits at character 0"],
  ])("has a limit on the %s", (_what, limit, text, detail) => {
    const reason = "too-large";
    expect(decodeJson(text, { ...messageLimits, ...limit })).toEqual({ ok: false, reason, detail });
  });

  it("refuses an integer of 4,301 digits, as Python does", () => {
    expect(decodeJson("9".repeat(4_301)).ok).toBe(false);
  });

  it("agrees with JSON.parse on any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 2), (json, indent) => {
        const text = JSON.stringify(json, undefined, indent);
        const decoded = decodeJson(text);
        if (!text.isWellFormed() || /\\ud[89a-f]/i.test(text)) return;
        expect(decoded.ok && loose(decoded.value)).toEqual(loose(JSON.parse(text)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes no text that JSON.parse refuses, but for the three bare words", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE+- \\untrfalse\n') }), (text) => {
        if (/NaN|Infinity/.test(text)) return;
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        expect(decodeJson(text).ok).toBe(accepted);
      }),
      { numRuns: 20_000 },
    );
  });
});

/** Numbers made floats, maps of any kind made Map: what JSON.parse can tell. */
function loose(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(loose);
  if (value instanceof Map) return new Map(Array.from(value, ([name, item]) => [name, loose(item)]));
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([name, item]) => [name, loose(item)]));
  }
  return Object.is(value, -0) ? 0 : value;
}
