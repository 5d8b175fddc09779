import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../lib/sample/value.ts";
import { shortExactJson, toExactJson } from "../../lib/wire/exact-json.ts";
import { metadata } from "../support/record-arbitrary.ts";

describe("shortExactJson", () => {
  it("shows how the whole begins, whatever the value", () => {
    fc.assert(
      fc.property(metadata(), fc.integer({ min: 0, max: 100 }), (value, length) => {
        const whole = toExactJson(value);
        expect(shortExactJson(value, length)).toBe(whole.length > length ? `${whole.slice(0, length)}…` : whole);
      }),
      { numRuns: 1_000 },
    );
  });

  it("costs no more than what it shows", () => {
    let deep: Value = new Array<Value>(1_000).fill("x".repeat(100_000));
    for (let level = 0; level < 100; level++) deep = [deep, deep];
    const start = performance.now();
    expect(shortExactJson(deep, 80)).toBe(`${"[".repeat(80)}…`);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
