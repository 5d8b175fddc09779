import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesKey, type Value, type ValueMap } from "../../../lib/sample/value.ts";
import { canonicalText } from "../../../lib/signature/legacy/canonical-text.ts";
import { FieldNames, MAX_REMEMBERED_BYTES } from "../../../lib/signature/legacy/field-names.ts";
import { icehouse } from "../../../lib/signature/legacy/icehouse.ts";
import { kilo } from "../../../lib/signature/legacy/kilo.ts";
import { inside, NO_PREFIX, type Prefix, spelled } from "../../../lib/signature/legacy/prefix.ts";
import { py3 } from "../../../lib/signature/legacy/py3.ts";
import { garbageCollector, heldBytes } from "../../support/garbage.ts";

function mapOf(...names: readonly string[]): ValueMap {
  return new Map(names.map((name) => [name, null]));
}

/** What stands in front of each name inside a map of this name. */
function behind(name: string): Prefix {
  return inside(NO_PREFIX, name);
}

/** The names as they stand in the text, and remembered so. */
function signed(names: FieldNames, map: ValueMap, prefix = NO_PREFIX): unknown {
  return names.of(map, prefix)?.map((field) => {
    if (field.name !== undefined) field.full ??= spelled(prefix) + field.name;
    return field.full;
  });
}

describe("FieldNames", () => {
  it("gives the names in signed order, and spells none with the outer maps' in front before it is written", () => {
    expect(new FieldNames(py3).of(mapOf("b", "a"), behind("outer"))).toEqual([
      { key: "a", name: "a", full: undefined },
      { key: "b", name: "b", full: undefined },
    ]);
  });

  it("keeps apart what differs only in its order or in what stands in front", () => {
    const names = new FieldNames(py3);
    for (let round = 0; round < 2; round++) {
      expect(signed(names, mapOf("a", "b"))).toEqual(["a", "b"]);
      expect(signed(names, mapOf("b", "a"))).toEqual(["a", "b"]);
      expect(signed(names, mapOf("a", "b"), behind("x"))).toEqual(["x:a", "x:b"]);
      expect(signed(names, mapOf("a", "b"), behind("y"))).toEqual(["y:a", "y:b"]);
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
      expect(oldest.of(mapOf("a"), inside(NO_PREFIX, undefined))).toMatchObject([{ key: "a", name: "a" }]);
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
    const outer = fc.constantFrom(
      NO_PREFIX,
      behind("a"),
      behind("b"),
      behind("a".repeat(300)),
      inside(NO_PREFIX, undefined),
    );
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 4 }), outer, (keys, prefix) => {
        const map = mapOf(...keys);
        const inTurn = (some: FieldNames) => some.of(map, prefix)?.map(({ key, name }) => [key, name]);
        expect(inTurn(names)).toEqual(inTurn(new FieldNames(spelling)));
      }),
      { numRuns: 3_000 },
    );
  });

  it("gives the very same list for a map that it knows, until too many others came", () => {
    const names = new FieldNames(py3);
    const first = names.of(mapOf("a", "b"), NO_PREFIX);
    expect(names.of(mapOf("a", "b"), NO_PREFIX)).toBe(first);
    for (let other = 0; other < 5_000; other++) names.of(mapOf(String.fromCharCode(0x100 + other)), NO_PREFIX);
    expect(names.of(mapOf("a", "b"), NO_PREFIX)).toEqual(first);
    expect(names.of(mapOf("a", "b"), NO_PREFIX)).not.toBe(first);
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

  it.each<[string, ValueMap, Prefix]>([
    ["long names", mapOf("a".repeat(20_000)), NO_PREFIX],
    ["many names", mapOf(...Array.from({ length: 2_000 }, (_, index) => `k${index}`)), NO_PREFIX],
    ["names behind a long one", mapOf("a"), behind("a".repeat(300))],
  ])("does not keep %s", (_what, map, prefix) => {
    const names = new FieldNames(py3);
    expect(names.of(map, prefix)).toEqual(names.of(map, prefix));
    expect(names.of(map, prefix)).not.toBe(names.of(map, prefix));
    expect(names.bytes).toBe(0);
  });

  it("holds no more than its limit, and no less than it says, whatever names come", () => {
    const collectGarbage = garbageCollector();
    const before = heldBytes(collectGarbage);
    const names = new FieldNames(py3);
    for (let round = 0; round < 6_000; round++) {
      const count = round % 3 === 0 ? 1 : round % 40;
      const long = "\u0100".repeat(round % 50);
      const map = mapOf(...Array.from({ length: count }, (_, index) => `${round.toString(36)}${long}${index}`));
      signed(names, map, round % 2 === 0 ? NO_PREFIX : behind(`${"x".repeat(round % 255)}`));
      expect(names.bytes).toBeLessThanOrEqual(MAX_REMEMBERED_BYTES);
    }
    const grown = heldBytes(collectGarbage) - before;
    expect(grown).toBeLessThan(2 * MAX_REMEMBERED_BYTES);
    expect(names.of(mapOf("a"), NO_PREFIX)?.length).toBe(1);
  });
});
