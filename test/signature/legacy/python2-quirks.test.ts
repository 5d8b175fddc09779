import { describe, expect, it } from "vitest";
import type { Dialect } from "../../../lib/sample/sample.ts";
import { bytesKey, type Value, type ValueMap } from "../../../lib/sample/value.ts";
import { canonicalText } from "../../../lib/signature/legacy/canonical-text.ts";
import { floatStrPython2 } from "../../../lib/wire/python-number.ts";

function text(message: ValueMap, dialect: Dialect): string | undefined {
  const canonical = canonicalText(message, dialect);
  return canonical.kind === "text" ? canonical.text : undefined;
}

function name(text: string): string {
  return bytesKey(Buffer.from(text, "utf8"));
}

// All expected texts were printed by CPython 2.7.18 on 64 bits.
describe("what only CPython 2.7 does", () => {
  it.each([
    [7_689_774_709_405, "7.68977470940e+12"],
    [-9_602_464_853_505, "-9.60246485350e+12"],
    [100_000_000_000_050, "1e+14"],
    [100_000_000_000_500, "1.00000000000e+14"],
    [100_000_000_000_499, "1e+14"],
    [1_000_000_000_005_000, "1e+15"],
    [7_689_774_709_403, "7.6897747094e+12"],
    [7_689_774_709_415, "7.68977470942e+12"],
    [7_689_774_709_425, "7.68977470942e+12"],
    [99_999_999_999.5, "99999999999.5"],
    [12_345_678_900.25, "12345678900.2"],
    [12_345_678_901.75, "12345678901.8"],
  ])("spells %d with the zeros that a tie leaves at its end", (value, expected) => {
    expect(floatStrPython2(value)).toBe(expected);
  });

  it("signs an empty map under a name that it could not sign in front of a value", () => {
    const empty = new Map<string, Value>([["é", new Map([["x", new Map()]])]]);
    expect(text(empty, "icehouse")).toBe("");
    expect(text(new Map([["é", new Map([["x", 1n]])]]), "icehouse")).toBeUndefined();
    expect(text(new Map([["é", new Map([["x", 1n]])]]), "kilo")).toBe("é:x1");
  });

  it("sorts names that are ASCII bytes among those that are text, and can't where bytes are not ASCII", () => {
    const mixed = new Map<string, Value>([
      ["c", 3n],
      [name("b"), 2n],
      ["a", 1n],
    ]);
    expect(text(mixed, "kilo")).toBe("a1b2c3");
    expect(text(mixed, "icehouse")).toBe("a1b2c3");
    expect(text(new Map([["list", [mixed]]]), "kilo")).toBe("list[{'a': 1, 'c': 3, 'b': 2}]");
    expect(text(mixed, "py3")).toBeUndefined();
    expect(text(new Map([...mixed, [name("é"), 4n]]), "kilo")).toBeUndefined();
    expect(text(new Map([["list", [new Map([...mixed, [name("é"), 4n]])]]]), "icehouse")).toBeUndefined();
  });

  it("spells a list even where it is the signature that is left out, in every generation", () => {
    const good = new Map<string, Value>([["message_signature", ["é"]]]);
    const bad = new Map<string, Value>([["message_signature", [Buffer.of(0xff)]]]);
    expect([text(good, "py3"), text(good, "kilo"), text(good, "icehouse")]).toEqual(["", "", ""]);
    expect([text(bad, "py3"), text(bad, "kilo"), text(bad, "icehouse")]).toEqual([undefined, "", undefined]);
  });
});
