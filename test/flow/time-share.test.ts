import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimeShare } from "../../lib/flow/time-share.ts";

describe("a share of the time", () => {
  it("is due once time has passed, and until its part of it was spent", () => {
    const share = new TimeShare({ share: 1 / 4, most: 100 });
    expect(share.isDue).toBe(false);
    share.pass(40);
    expect(share.isDue).toBe(true);
    share.spend(10);
    expect(share.isDue).toBe(false);
    share.spend(1_000);
    share.pass(4_000);
    expect(share.isDue).toBe(false);
    share.pass(1);
    expect(share.isDue).toBe(true);
  });

  it("does not hold spare time against it for longer than its most", () => {
    const share = new TimeShare({ share: 1 / 4, most: 100 });
    for (const spare of [50, 1_000, 1_000]) share.spendSpare(spare);
    share.pass(400);
    expect(share.isDue).toBe(false);
    share.pass(1);
    expect(share.isDue).toBe(true);
  });

  it("is kept to within one turn and what may be saved up, however long turns are", () => {
    const turns = fc.array(fc.double({ min: 0.01, max: 500, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(turns, fc.double({ min: 0.05, max: 0.9, noNaN: true }), (costs, part) => {
        const share = new TimeShare({ share: part, most: 10 });
        let [all, own] = [0, 0];
        for (const cost of costs) {
          const isOwn = share.isDue;
          if (isOwn) share.spend(cost);
          share.pass(cost);
          all += cost;
          own += isOwn ? cost : 0;
        }
        expect(own).toBeLessThanOrEqual(part * all + Math.max(...costs) + 10);
      }),
    );
  });
});
