import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";

describe("what was recorded recently", () => {
  it("is known until so much else has come that it is forgotten", () => {
    const recent = createRecentlyRecorded(4);
    expect(recent.has("0")).toBe(false);
    for (let number = 0; number < 3; number++) recent.add(String(number));
    expect(["0", "1", "2", "3"].map(recent.has)).toEqual([true, true, true, false]);
    for (let number = 3; number < 6; number++) recent.add(String(number));
    expect(["0", "1", "2", "3", "4", "5"].map(recent.has)).toEqual([false, false, true, true, true, true]);
  });

  it("always holds the newest half of its capacity, and never more than the capacity", () => {
    const added = fc.array(fc.nat(30).map(String), { maxLength: 200 });
    const capacity = fc.integer({ min: 2, max: 20 });
    fc.assert(
      fc.property(added, capacity, (fingerprints, most) => {
        const recent = createRecentlyRecorded(most);
        for (const [index, fingerprint] of fingerprints.entries()) {
          recent.add(fingerprint);
          const newest = fingerprints.slice(Math.max(0, index + 1 - Math.floor(most / 2)), index + 1);
          expect(newest.filter((one) => !recent.has(one))).toEqual([]);
          const known = new Set(fingerprints.slice(0, index + 1).filter(recent.has));
          expect(known.size).toBeLessThanOrEqual(most);
        }
        const strangers = Array.from({ length: 40 }, (_, index) => `never added ${index}`);
        expect(strangers.filter(recent.has)).toEqual([]);
      }),
    );
  });
});
