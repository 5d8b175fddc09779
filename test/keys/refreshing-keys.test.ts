import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { KeySource } from "../../lib/keys/keyring.ts";
import { toKeys } from "../../lib/keys/make-keys.ts";
import { type GoodKeys, type ReadKeys, refreshingKeys } from "../../lib/keys/refreshing-keys.ts";
import { createLogger } from "../../lib/log/logger.ts";

const CACHE_MS = 300_000;

/** Keys with these ids. */
function good(...ids: string[]): GoodKeys {
  const made = toKeys(
    ids.map((id) => ({ id, secret: `secret of ${id}` })),
    false,
  );
  if (!made.ok) throw new Error(made.problem);
  return { ok: true, keys: made.keys, version: ids.join() };
}

let answers: (() => ReadKeys | Promise<ReadKeys>)[];
let readings: number;
let log: string[];
let keys: KeySource;

function ids(): readonly string[] {
  return keys.current().legacy.map(({ id }) => id);
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
  answers = [];
  readings = 0;
  log = [];
  keys = refreshingKeys(good("a"), {
    cacheMs: CACHE_MS,
    random: () => 1,
    logger: createLogger((line) => log.push(line)),
    read: (signal) => {
      readings++;
      const aborted = new Promise<ReadKeys>((resolve) => {
        signal.addEventListener("abort", () => resolve({ ok: false, problem: "aborted" }));
      });
      return Promise.race([aborted, Promise.resolve().then(answers.shift() ?? (() => good("a", "b")))]);
    },
  });
});
afterEach(async () => {
  await keys.close();
  vi.useRealTimers();
});

describe("keys that are read again", () => {
  it("are read at once when somebody asks, also while they are being read, and whoever asks hears how it went", async () => {
    expect([await keys.reload(), readings, ids()]).toEqual([true, 1, ["a", "b"]]);
    answers = [() => good("a"), () => good("c"), () => ({ ok: false, problem: "gone" })];
    const both = Promise.all([keys.reload(), keys.reload()]);
    expect([await both, ids()]).toEqual([[true, true], ["a"]]);
    answers.shift();
    expect([await keys.reload(), ids()]).toEqual([false, ["a"]]);
  });

  it("are read when they have reached their age, and no sooner", async () => {
    await vi.advanceTimersByTimeAsync(CACHE_MS - 1);
    expect([readings, ids()]).toEqual([0, ["a"]]);
    await vi.advanceTimersByTimeAsync(1);
    expect([readings, ids()]).toEqual([1, ["a", "b"]]);
    await vi.advanceTimersByTimeAsync(CACHE_MS);
    expect(readings).toBe(2);
    expect(log.map((line) => JSON.parse(line))).toEqual([
      { level: "info", message: "the keys have changed", keys: 2, added: ["b"], removed: [] },
    ]);
  });

  it("are read on use where timers stood still, and whoever waits has the new ones", async () => {
    // The clock alone goes on, as in a function that was frozen.
    vi.setSystemTime(Date.now() + CACHE_MS);
    expect(ids()).toEqual(["a"]);
    await keys.settled();
    expect([readings, ids()]).toEqual([1, ["a", "b"]]);
    vi.setSystemTime(Date.now() + CACHE_MS);
    await keys.settled();
    expect(readings).toBe(2);
  });

  it("are read when the clock was set back", async () => {
    vi.setSystemTime(Date.now() - 86_400_000);
    await keys.settled();
    expect(readings).toBe(1);
  });

  it("are the same object as long as nothing has changed", async () => {
    const before = keys.current();
    answers = [() => good("a")];
    await vi.advanceTimersByTimeAsync(CACHE_MS);
    expect([readings, keys.current() === before, log]).toEqual([1, true, []]);
  });

  it("are read for a key id that nobody knows, but not oftener than every 30 s", async () => {
    for (let flood = 0; flood < 1_000; flood++) keys.missed();
    await keys.settled();
    expect([readings, ids()]).toEqual([1, ["a", "b"]]);
    await vi.advanceTimersByTimeAsync(29_999);
    keys.missed();
    await keys.settled();
    expect(readings).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    keys.missed();
    await keys.settled();
    expect(readings).toBe(2);
  });

  it("are never read twice at once", async () => {
    let answer: (keys: ReadKeys) => void = () => undefined;
    answers = [
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    ];
    keys.missed();
    await vi.advanceTimersByTimeAsync(2 * CACHE_MS);
    keys.missed();
    const settled = keys.settled();
    expect([readings, ids()]).toEqual([1, ["a"]]);
    answer(good("c"));
    await settled;
    expect(ids()).toEqual(["c"]);
  });

  it("keep nobody waiting for long", async () => {
    answers = [() => new Promise(() => undefined)];
    keys.missed();
    let isSettled = false;
    void keys.settled().then(() => {
      isSettled = true;
    });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(isSettled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isSettled).toBe(true);
  });

  it("stay as they are while nothing good can be read, and are tried again after growing pauses", async () => {
    const noAnswer = (): ReadKeys => ({ ok: false, problem: "no answer" });
    const mistake = () => Promise.reject(new Error("a programmer's"));
    answers = [noAnswer, mistake, ...Array.from({ length: 18 }, () => noAnswer)];
    const times: number[] = [];
    await vi.advanceTimersByTimeAsync(CACHE_MS);
    for (let second = 0, seen = 0; second < 400; second++) {
      if (readings > seen) times.push(second);
      seen = readings;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    // The first one comes when the keys have reached their age; from the seventh on the pause is a minute.
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]);
    expect([ids(), keys.failedReads()]).toEqual([["a"], 12]);
    expect(log.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message: "the keys could not be read again; those known stay in use",
        problem: "no answer",
        failures: 1,
      },
      {
        level: "warn",
        message: "the keys could not be read again; those known stay in use",
        problem: "no answer",
        failures: 11,
      },
    ]);
    answers = [];
    await vi.advanceTimersByTimeAsync(60_000);
    expect([ids(), JSON.parse(log[2] ?? "")]).toEqual([
      ["a", "b"],
      { level: "info", message: "the keys can be read again", failures: 12 },
    ]);
  });

  it("tell a new warning once", async () => {
    answers = [1, 2].map(() => () => ({ ...good("a"), warning: "beware" }));
    await vi.advanceTimersByTimeAsync(2 * CACHE_MS);
    expect(log.map((line) => JSON.parse(line))).toEqual([{ level: "warn", message: "beware" }]);
  });

  it("count what each has proved, also after it is gone", async () => {
    keys.used("a");
    keys.used("a");
    answers = [() => good("b")];
    await vi.advanceTimersByTimeAsync(CACHE_MS);
    keys.used("b");
    expect(keys.uses()).toEqual(
      new Map([
        ["a", 2],
        ["b", 1],
      ]),
    );
  });

  it("are not read any more once closed", async () => {
    await Promise.all([keys.close(), keys.close()]);
    keys.missed();
    await vi.advanceTimersByTimeAsync(2 * CACHE_MS);
    await keys.settled();
    expect([readings, ids(), vi.getTimerCount()]).toEqual([0, ["a"], 0]);
  });
});
