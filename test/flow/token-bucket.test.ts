import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTokenBucket } from "../../lib/flow/token-bucket.ts";

/** An allowance, and its clock. */
function started(perMinute: number, burst: number) {
  const clock = { ms: 12_345 };
  return { clock, allowance: createTokenBucket({ perMinute, burst, now: () => clock.ms }) };
}

function takenAtOnce(allowance: { take(): boolean }): number {
  let taken = 0;
  while (allowance.take()) taken++;
  return taken;
}

describe("an allowance", () => {
  it("gives the burst at once, then one each time that it is due", () => {
    const { clock, allowance } = started(10, 3);
    expect(takenAtOnce(allowance)).toBe(3);
    clock.ms += 5_999;
    expect([allowance.available(), allowance.take()]).toEqual([false, false]);
    clock.ms += 1;
    expect([allowance.available(), allowance.available(), takenAtOnce(allowance)]).toEqual([true, true, 1]);
    clock.ms += 3_600_000;
    expect(takenAtOnce(allowance)).toBe(3);
  });

  it("gives nothing at 0 a minute", () => {
    const { clock, allowance } = started(0, 100);
    clock.ms += 3_600_000;
    expect(takenAtOnce(allowance)).toBe(0);
  });

  it("gains nothing from a clock that is set back", () => {
    const { clock, allowance } = started(60, 1);
    expect(takenAtOnce(allowance)).toBe(1);
    clock.ms -= 10_000;
    expect(takenAtOnce(allowance)).toBe(0);
    clock.ms += 1_000;
    expect(takenAtOnce(allowance)).toBe(1);
  });

  it("never gives more than the burst and what was due in between, nor less to who takes all", () => {
    const waits = fc.array(fc.nat({ max: 200_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6_000 }), fc.integer({ min: 1, max: 500 }), waits, (rate, burst, steps) => {
        const { clock, allowance } = started(rate, burst);
        // The same in whole numbers of sixty thousandths, told from the start each time.
        let [level, last] = [BigInt(burst) * 60_000n, clock.ms];
        const taken: { at: number; count: number }[] = [];
        for (const step of steps) {
          clock.ms += step;
          const gained = level + BigInt(clock.ms - last) * BigInt(rate);
          level = gained > BigInt(burst) * 60_000n ? BigInt(burst) * 60_000n : gained;
          last = clock.ms;
          const count = takenAtOnce(allowance);
          expect(count).toBe(Number(level / 60_000n));
          level %= 60_000n;
          taken.push({ at: clock.ms, count });
        }
        for (const [index, { at }] of taken.entries()) {
          const since = taken.slice(index);
          const count = since.reduce((sum, one) => sum + one.count, 0);
          expect(count).toBeLessThanOrEqual(burst + Math.ceil(((clock.ms - at) * rate) / 60_000));
        }
      }),
      { numRuns: 200 },
    );
  });
});
