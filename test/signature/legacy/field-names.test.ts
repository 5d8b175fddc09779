import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesKey, type Value, type ValueMap } from "../../../lib/sample/value.ts";
import { canonicalText } from "../../../lib/signature/legacy/canonical-text.ts";
import { FieldNames } from "../../../lib/signature/legacy/field-names.ts";
import { icehouse } from "../../../lib/signature/legacy/icehouse.ts";
import { kilo } from "../../../lib/signature/legacy/kilo.ts";
import { py3 } from "../../../lib/signature/legacy/py3.ts";

function mapOf(...names: readonly string[]): ValueMap {
  return new Map(names.map((name) => [name, null]));
}

function signed(names: FieldNames, map: ValueMap, prefix: string | undefined = ""): unknown {
  return names.of(map, prefix)?.map(({ name }) => name);
}

describe("FieldNames", () => {
  it("gives the names in signed order, with those of the outer maps in front", () => {
    expect(new FieldNames(py3).of(mapOf("b", "a"), "outer:")).toEqual([
      { key: "a", name: "outer:a" },
      { key: "b", name: "outer:b" },
    ]);
  });

  it("keeps apart what differs only in its order or in what stands in front", () => {
    const names = new FieldNames(py3);
    for (let round = 0; round < 2; round++) {
      expect(signed(names, mapOf("a", "b"))).toEqual(["a", "b"]);
      expect(signed(names, mapOf("b", "a"))).toEqual(["a", "b"]);
      expect(signed(names, mapOf("a", "b"), "x:")).toEqual(["x:a", "x:b"]);
      expect(signed(names, mapOf("a", "b"), "y:")).toEqual(["y:a", "y:b"]);
    }
  });

  it("keeps apart names that look alike to its hash", () => {
    const names = new FieldNames(py3);
    for (let round = 0; round < 2; round++) {
      expect(signed(names, mapOf("1x1", "2y2"))).toEqual(["1x1", "2y2"]);
      expect(signed(names, mapOf("3x3", "0y0"))).toEqual(["0y0", "3x3"]);
      expect(signed(names, mapOf("1x1"))).toEqual(["1x1"]);
    }
  });

  it("says each time what a dialect can't sort or spell", () => {
    const bytes = bytesKey(Buffer.from([0xff]));
    const [newest, oldest] = [new FieldNames(py3), new FieldNames(icehouse)];
    for (let round = 0; round < 2; round++) {
      expect(signed(newest, mapOf("a", bytes))).toBeUndefined();
      expect(signed(newest, mapOf(bytes))).toEqual(["b'\\xff'"]);
      expect(signed(oldest, mapOf("é"))).toEqual([undefined]);
      expect(oldest.of(mapOf("a"), undefined)).toEqual([{ key: "a", name: undefined }]);
    }
  });

  it.each([
    ["py3", py3],
    ["kilo", kilo],
    ["icehouse", icehouse],
  ])("answers for %s as if it remembered nothing, whatever it was asked before", (_dialect, spelling) => {
    const names = new FieldNames(spelling);
    // Few different characters, so that the same names and the same hashes come again and again.
    const key = fc.oneof(
      fc.string({ unit: fc.constantFrom("a", "b", "é", "\uffff", "😀"), maxLength: 3 }),
      fc.uint8Array({ maxLength: 1 }).map(bytesKey),
    );
    const prefix = fc.constantFrom("", "a:", "b:", undefined);
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 4 }), prefix, (keys, front) => {
        const map = mapOf(...keys);
        expect(names.of(map, front)).toEqual(new FieldNames(spelling).of(map, front));
      }),
      { numRuns: 3_000 },
    );
  });

  it("gives the very same list for a map that it knows, until too many others came", () => {
    const names = new FieldNames(py3);
    const first = names.of(mapOf("a", "b"), "");
    expect(names.of(mapOf("a", "b"), "")).toBe(first);
    for (let other = 0; other < 2_000; other++) names.of(mapOf(String.fromCharCode(0x100 + other)), "");
    expect(names.of(mapOf("a", "b"), "")).toEqual(first);
    expect(names.of(mapOf("a", "b"), "")).not.toBe(first);
  });

  it("leaves the text of a message as it is, from the first time on", () => {
    const inner: ValueMap = new Map([["", new Map([["b", 1n]])]]);
    const message: ValueMap = new Map<string, Value>([
      ["z", "last"],
      ["", inner],
      ["a", new Map([["c", null]])],
    ]);
    for (let round = 0; round < 2; round++) {
      expect(canonicalText(message, "py3")).toEqual({ kind: "text", text: "::b1a:cNonezlast" });
    }
  });

  it("does not keep long names", () => {
    const names = new FieldNames(py3);
    const long = mapOf("a".repeat(5_000));
    expect(names.of(long, "")).toEqual(names.of(long, ""));
    expect(names.of(long, "")).not.toBe(names.of(long, ""));
  });
});
