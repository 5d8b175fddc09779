import { describe, expect, it } from "vitest";
import { openOnDemand } from "../../../lib/assembly/opening/storage-on-demand.ts";
import { createLogger } from "../../../lib/log/logger.ts";
import { openMemory } from "../../../lib/storage/memory/memory.ts";
import type { OpenedStorage } from "../../../lib/storage/storage-kind.ts";
import { aSample } from "../../support/sample-builder.ts";

const away: OpenedStorage = { ok: false, problem: "nobody answers", transient: true };
const wrong: OpenedStorage = { ok: false, problem: "no such table", transient: false };

/** Opens a storage whose attempts end like this, one after another. */
async function opened(answers: readonly (OpenedStorage | Promise<OpenedStorage>)[], waitMs = 1_000) {
  const lines: string[] = [];
  const world = { attempts: 0 };
  const storage = await openOnDemand({
    name: "told",
    open: async () => (await answers[world.attempts++]) ?? away,
    logger: createLogger((line) => lines.push(line)),
    waitMs,
  });
  return { world, storage, log: () => lines.map((line) => JSON.parse(line)) };
}

function later<T>() {
  let give = (_value: T): void => {};
  const promise = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { promise, resolve: (value: T) => give(value) };
}

const samples = [aSample()];

describe("a storage that is opened on demand", () => {
  it("is itself where it opens, and nothing is said", async () => {
    const driver = openMemory();
    const { storage, log } = await opened([{ ok: true, driver }]);
    expect([storage, log()]).toEqual([{ ok: true, driver }, []]);
  });

  it("is refused for what does not pass by itself", async () => {
    expect((await opened([wrong])).storage).toEqual(wrong);
  });

  it("fails what it is given until it opens, and tries once with each call and not between", async () => {
    const { storage, world, log } = await opened([away, away, { ok: true, driver: openMemory() }]);
    if (!storage.ok) throw new Error(storage.problem);
    const [failed] = await storage.driver.record(samples);
    expect(failed).toEqual({ kind: "failed", cause: new Error("storage is not open: nobody answers") });
    expect(await storage.driver.record(samples)).toEqual([{ kind: "recorded" }]);
    expect(await storage.driver.record(samples)).toEqual([{ kind: "recorded" }]);
    expect(world.attempts).toBe(3);
    expect(log()).toEqual(
      Array.from({ length: 2 }, () => ({
        level: "warn",
        message: "storage can't be opened yet, and is tried again when there is something to store",
        problem: "nobody answers",
      })),
    );
  });

  it("is not waited for when it is silent, and the attempt under way is not made twice", async () => {
    const answer = later<OpenedStorage>();
    const { storage, world } = await opened([answer.promise], 1);
    if (!storage.ok) throw new Error(storage.problem);
    const recorded = [storage.driver.record(samples), storage.driver.record(samples)];
    answer.resolve({ ok: true, driver: openMemory() });
    expect(await Promise.all(recorded)).toEqual([[{ kind: "recorded" }], [{ kind: "recorded" }]]);
    expect(world.attempts).toBe(1);
  });

  it("is closed when it opens after it was given up, and fails what it is given", async () => {
    const answer = later<OpenedStorage>();
    const closed = later<void>();
    const { storage } = await opened([answer.promise], 1);
    if (!storage.ok) throw new Error(storage.problem);
    await storage.driver.close();
    answer.resolve({ ok: true, driver: { ...openMemory(), close: async () => closed.resolve() } });
    await closed.promise;
    expect(await storage.driver.record(samples)).toEqual([
      { kind: "failed", cause: new Error("storage is not open: it has not answered for 0.001 s") },
    ]);
  });
});
