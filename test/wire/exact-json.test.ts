import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesKey, Timestamp, type Value } from "../../lib/sample/value.ts";
import { fromExactJson, toExactJson } from "../../lib/wire/exact-json.ts";

describe("exact JSON", () => {
  it.each<[Value, string]>([
    [1n, "1"],
    [1, "1.0"],
    [-0, "-0.0"],
    [1e16, "1e+16"],
    [5e-324, "5e-324"],
    [2n ** 200n, String(2n ** 200n)],
    [Number.NaN, '{"$float":"nan"}'],
    [Number.NEGATIVE_INFINITY, '{"$float":"-inf"}'],
    [Number.POSITIVE_INFINITY, '{"$float":"inf"}'],
    [Uint8Array.of(0, 255), '{"$bytes":"AP8="}'],
    [new Timestamp(-1n, 5), '{"$timestamp":"-1.5"}'],
    [new Map([["$float", "nan"]]), '{"$$float":"nan"}'],
    [new Map([["$$", 1n]]), '{"$$$":1}'],
    [new Map([[bytesKey(Uint8Array.of(1)), null]]), '{"$bytes:AQ==":null}'],
    [new Map([["__proto__", [true, "é\n"]]]), '{"__proto__":[true,"é\\n"]}'],
  ])("writes %o as %s, and reads it back", (value, text) => {
    expect(toExactJson(value)).toBe(text);
    expect(fromExactJson(text)).toEqual({ ok: true, value });
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it.each<[string, Value]>([
    ['{"\\u0024float": "nan"}', Number.NaN],
    ['{"\\u0024$x": 1}', new Map([["$x", 1n]])],
    ['{"a": [{"\\u0024\\u0062ytes": "AQ=="}]}', new Map([["a", [Uint8Array.of(1)]]])],
    ['{"a": "5 $"}', new Map([["a", "5 $"]])],
  ])("reads %s, as others may spell it", (text, value) => {
    expect(fromExactJson(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['{"$float": 1}'],
    ['{"\\u0024what": "x"}'],
    ['{"$what": "x"}'],
    ['{"a": 1, "$bytes": "x"}'],
    ['{"$timestamp": "x"}'],
  ])("refuses %s, which it never writes", (text) => {
    expect(fromExactJson(text)).toMatchObject({ ok: false, reason: "undecodable" });
  });

  it("refuses text that is no JSON", () => {
    expect(fromExactJson("{")).toMatchObject({ ok: false, reason: "undecodable" });
  });

  it("reads back any value", () => {
    const { value } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, false),
        fc.oneof(fc.string(), fc.constantFrom("$", "$$", "$float", "$bytes:")),
        fc.uint8Array(),
        fc.double(),
        fc.bigInt(),
        fc.array(tie("value")),
        fc
          .array(
            fc.tuple(
              fc.oneof(fc.string(), fc.constantFrom("$float", "$bytes", "$x"), fc.uint8Array().map(bytesKey)),
              tie("value"),
            ),
          )
          .map((entries) => new Map(entries)),
      ),
    }));
    fc.assert(
      fc.property(value, (original) => {
        expect(fromExactJson(toExactJson(original))).toEqual({ ok: true, value: original });
      }),
      { numRuns: 1_000 },
    );
  });
});
