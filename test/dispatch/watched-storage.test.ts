import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchedStorage } from "../../lib/dispatch/watched-storage.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Stored } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";

let log: unknown[];
let answer: () => Promise<readonly Stored[]>;
beforeEach(() => {
  vi.useFakeTimers();
  log = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const REFUSED = "storage does not take samples now; they are held and tried again, and each try counts";
const failed: Stored = { kind: "failed", cause: new Error("no disk") };
const recorded: Stored = { kind: "recorded" };

function watched() {
  const logger = createLogger((line) => log.push(JSON.parse(line)));
  const driver = { ...openMemory(), record: () => answer() };
  return watchedStorage(driver, logger, { silentMs: 500, intervalMs: 1_000 });
}

describe("storage that is watched", () => {
  it("has its first failure logged at once, the others summed up, and its recovery said", async () => {
    const { driver } = watched();
    answer = async () => [recorded, failed];
    expect(await driver.record([])).toEqual([recorded, failed]);
    expect(log.splice(0)).toEqual([{ level: "warn", message: REFUSED, cause: "Error: no disk", count: 1 }]);
    answer = async () => [failed, failed];
    await driver.record([]);
    await driver.record([]);
    expect(log).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log.splice(0)).toEqual([{ level: "warn", message: REFUSED, cause: "Error: no disk", count: 4 }]);
    answer = async () => [recorded];
    await driver.record([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log).toEqual([{ level: "info", message: "storage takes samples again" }]);
  });

  it("is told of before it answers, when that takes long", async () => {
    const { driver, close } = watched();
    answer = () => new Promise((resolve) => setTimeout(() => resolve([recorded]), 800));
    const answered = driver.record([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(log).toEqual([
      { level: "warn", message: REFUSED, cause: "Error: storage has not answered for 0.5 s", count: 0 },
    ]);
    await vi.advanceTimersByTimeAsync(300);
    expect(await answered).toEqual([recorded]);
    close();
  });

  it("has what it refused before the stop said at the stop, and not that it is tried again", async () => {
    const { driver, close } = watched();
    answer = async () => [failed];
    await driver.record([]);
    await driver.record([]);
    log = [];
    close();
    const message = "storage did not take samples up to the stop";
    expect(log).toEqual([{ level: "warn", message, cause: "Error: no disk", count: 1 }]);
  });

  it("breaks its promise as before, and the log says so", async () => {
    const { driver, close } = watched();
    answer = () => Promise.reject(new Error("a driver's own fault"));
    await expect(driver.record([])).rejects.toThrow("a driver's own fault");
    expect(log).toEqual([{ level: "warn", message: REFUSED, cause: "Error: a driver's own fault", count: 0 }]);
    close();
  });
});
