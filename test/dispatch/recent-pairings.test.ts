import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRecentPairings, type RecentPairings } from "../../lib/dispatch/recent-pairings.ts";

const CAPACITY = 50_000;
const MOST_BYTES = 24 * 1_048_576;

describe("the memory of which value a key was met with", () => {
  it("tells of each further value of a key once, and always of its first", () => {
    const pairings = createRecentPairings(100);
    const first = { value: "1", by: "a is 1" };
    const meet = (key: string, value: string) => pairings.meet(key, value, `${key} is ${value}`);
    expect(["1", "1", "2", "1", "2", "3", "3"].map((value) => meet("a", value))).toEqual([
      ...[undefined, undefined, first, undefined, undefined, first, undefined],
    ]);
    expect(meet("b", "2")).toBe(undefined);
  });

  it("does not take one pair for another whose texts join to the same", () => {
    const pairings = createRecentPairings(100);
    const meet = (key: string, value: string) => pairings.meet(key, value, "k")?.value;
    expect([meet("ab", "c"), meet("a", "b"), meet("a", "bc")]).toEqual([undefined, undefined, "b"]);
  });

  it("tells two long values apart that begin alike, and shows as much of the first as it keeps", () => {
    const pairings = createRecentPairings(100);
    const meet = (value: string) => pairings.meet("a", value, "k")?.value;
    const [one, other] = ["1", "2"].map((end) => "x".repeat(1_000) + end);
    expect([one, one, other, other, one].map((value) => meet(value ?? ""))).toEqual([
      ...[undefined, undefined, "x".repeat(80), undefined, undefined],
    ]);
  });

  it("does not forget a pair that was met again a moment ago", () => {
    const pairings = createRecentPairings(4);
    const meet = (key: string, value: string) => pairings.meet(key, value, "k");
    for (const [key, value] of ["e3", "a0", "a1", "b0", "e3", "a2"]) meet(key ?? "", value ?? "");
    expect(meet("e", "0")?.value).toBe("3");
  });

  it("tells of nothing that did not happen, and of all that happened within half its capacity", () => {
    const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(4)), { maxLength: 80 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 12 }), (all, capacity) => {
        const pairings = createRecentPairings(capacity);
        for (const [index, [key, value]] of all.entries()) {
          const earlier = all.slice(0, index).filter(([other]) => other === key);
          const told = pairings.meet(`${key}`, `${value}`, "k")?.value;
          if (told !== undefined) expect(earlier.map(([, other]) => other)).toContain(Number(told));
          const late = all
            .slice(Math.max(0, index - Math.floor(capacity / 2)), index)
            .filter(([other]) => other === key);
          const isNew = earlier.every(([, other]) => other !== value);
          if (isNew && late.length > 0) expect(told).toBeDefined();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, number, (pairings: RecentPairings, step: number) => unknown]>([
    ["new keys", 75_000, (all, step) => all.meet(`${step}`, "1", "key")],
    ["keys and values of 64 KB", 1_000, (all, step) => all.meet(`${step}${LONG}`, `${step}${LONG}`, "key")],
    ["values of one key", 75_000, (all, step) => all.meet("one", `${step}`.padEnd(160), "key")],
    ["values in the widest characters", 75_000, (all, step) => all.meet(`${step}`, WIDE + step, "key")],
  ])("holds less than it says after any number of %s", (_what, count, step) => {
    const before = held();
    const pairings = createRecentPairings(CAPACITY);
    for (let index = 0; index < count; index++) step(pairings, index);
    expect(held() - before).toBeLessThan(MOST_BYTES);
    // Used once more, so that it lives until here.
    expect(pairings.meet("another", "1", "key")).toBe(undefined);
  });
});

const LONG = "long ".repeat(13_107);
const WIDE = "\u{1f4a3}".repeat(1_000);

/** Bytes that live after a collection of garbage. */
function held(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
