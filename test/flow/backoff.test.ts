import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoff } from "../../lib/flow/backoff.ts";

const attempts = [1, 2, 3, 4, 5, 6, 7, 8, 50, 2_000];
const bounds = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100_000 }))
  .map(([firstMs, more]) => ({ firstMs, mostMs: firstMs + more }));
const made = fc.integer({ min: 1, max: 5_000 });
const chance = fc.double({ min: 0, max: 1, noNaN: true });

describe("the pause before the next attempt", () => {
  const pauseAfter = backoff({ firstMs: 100, mostMs: 5_000 });

  it("doubles with each attempt, up to the longest", () => {
    expect(attempts.map((count) => pauseAfter(count, () => 1))).toStrictEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000,
    ]);
  });

  it("has half of itself left to chance", () => {
    expect(attempts.map((count) => pauseAfter(count, () => 0))).toStrictEqual([
      50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500, 2_500,
    ]);
  });

  it("is a whole number between half of its bound and the bound", () => {
    fc.assert(
      fc.property(bounds, made, chance, ({ firstMs, mostMs }, count, random) => {
        const pause = backoff({ firstMs, mostMs })(count, () => random);
        const bound = Math.min(mostMs, firstMs * 2 ** (count - 1));
        expect(pause).toBeGreaterThanOrEqual(Math.floor(bound / 2));
        expect(pause).toBeLessThanOrEqual(bound);
        expect(Number.isSafeInteger(pause)).toBe(true);
      }),
    );
  });

  it("never shrinks with the same luck", () => {
    fc.assert(
      fc.property(bounds, made, chance, (limits, count, random) => {
        const [pause, next] = [count, count + 1].map((one) => backoff(limits)(one, () => random));
        expect(next).toBeGreaterThanOrEqual(pause ?? Number.NaN);
      }),
    );
  });

  it("is by chance where nobody says otherwise", () => {
    const pauses = new Set(Array.from({ length: 50 }, () => pauseAfter(50)));
    expect(pauses.size).toBeGreaterThan(5);
  });
});
