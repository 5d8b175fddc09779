import { type Backoff, backoff } from "../flow/backoff.ts";
import type { MeteringRecord } from "../sample/sample.ts";
import type { Stored } from "../storage/driver.ts";
import type { RecordingDriver } from "./watched-storage.ts";

/** A storage, and whether it is known to take nothing at all. */
export interface StorageBreaker {
  /** The same storage; each of its answers is noted. */
  readonly driver: RecordingDriver;
  /** Nothing is worth a call now. False again after a pause, so that somebody tries. */
  isDown(): boolean;
}

export interface BreakerOptions {
  /** Milliseconds since 1970: Lambda stops other clocks while nothing is handled. @default Date.now */
  readonly now?: () => number;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

/** Calls in a row that stored nothing: fewer may be one bad message, or chance in a storage that fails now and then. */
const CALLS = 5;
/** Or what such calls have taken: one that hangs is as dear as many that are refused. */
const SPENT_MS = 5_000;
/** How long nothing is tried: the last one is how much later than storage we recover, at the most. */
const PAUSES = { firstMs: 1_000, mostMs: 30_000 };

/** Notes what a storage answers, and says when it is down. */
export function createStorageBreaker(storage: RecordingDriver, options: BreakerOptions = {}): StorageBreaker {
  const { now = Date.now, random = Math.random } = options;
  const pauseAfter: Backoff = backoff(PAUSES);
  let [calls, spentMs, pauses, downUntil] = [0, 0, 0, 0];

  const note = (answers: readonly Stored[], took: number) => {
    if (answers.length === 0) return;
    if (answers.some(({ kind }) => kind !== "failed")) {
      [calls, spentMs, pauses, downUntil] = [0, 0, 0, 0];
      return;
    }
    calls++;
    spentMs += took;
    if (calls < CALLS && spentMs < SPENT_MS) return;
    pauses++;
    downUntil = now() + pauseAfter(pauses, random);
  };

  const record = async (records: readonly MeteringRecord[]): Promise<readonly Stored[]> => {
    const asked = now();
    try {
      const answers = await storage.record(records);
      note(answers, now() - asked);
      return answers;
    } catch (cause) {
      note([{ kind: "failed", cause }], now() - asked);
      throw cause;
    }
  };

  return { driver: { name: storage.name, record }, isDown: () => now() < downUntil };
}
