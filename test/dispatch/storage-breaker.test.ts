import { describe, expect, it } from "vitest";
import { createStorageBreaker } from "../../lib/dispatch/storage-breaker.ts";
import type { Stored } from "../../lib/storage/driver.ts";
import { aSample } from "../support/sample-builder.ts";

const failed: Stored = { kind: "failed", cause: "down" };
const recorded: Stored = { kind: "recorded" };

/** A storage that answers with what it is told, after so many milliseconds. */
function breaker() {
  const world = { now: 1_000_000, tookMs: 0, answers: [failed] as readonly Stored[] };
  const storage = createStorageBreaker(
    {
      name: "told",
      async record() {
        world.now += world.tookMs;
        return world.answers;
      },
    },
    { now: () => world.now, random: () => 1 },
  );
  const call = async (times: number) => {
    for (let count = 0; count < times; count++) await storage.driver.record([aSample()]);
    return storage.isDown();
  };
  return { world, storage, call };
}

describe("a storage is known to be down", () => {
  it("after five calls in a row that stored nothing, and not after four", async () => {
    const { call } = breaker();
    expect([await call(4), await call(1)]).toEqual([false, true]);
  });

  it("after one that took five seconds for nothing", async () => {
    const { world, call } = breaker();
    world.tookMs = 5_000;
    expect(await call(1)).toBe(true);
  });

  it("when calls are broken off by an error of the driver's own, which is thrown on", async () => {
    let calls = 0;
    const { driver, isDown } = createStorageBreaker({
      name: "broken",
      async record() {
        calls++;
        throw new Error("a fault of its own");
      },
    });
    while (calls < 5) await expect(driver.record([aSample()])).rejects.toThrow("a fault of its own");
    expect(isDown()).toBe(true);
  });

  it("not while it stores something now and then", async () => {
    const { world, call } = breaker();
    await call(4);
    world.answers = [failed, recorded];
    await call(1);
    world.answers = [failed];
    expect(await call(4)).toBe(false);
  });

  it("for a second at first, for twice as long after each try, and for half a minute at the most", async () => {
    const { world, storage, call } = breaker();
    await call(5);
    const pauses: number[] = [];
    for (let tries = 0; tries < 7; tries++) {
      const since = world.now;
      while (storage.isDown()) world.now += 500;
      pauses.push(world.now - since);
      await call(1);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("no more once it has stored something, and the next trouble begins anew", async () => {
    const { world, call } = breaker();
    await call(5);
    world.answers = [recorded];
    expect(await call(1)).toBe(false);
    world.answers = [failed];
    expect(await call(4)).toBe(false);
  });
});
