import { backoff } from "../flow/backoff.ts";
import { within } from "../flow/within.ts";
import type { Logger } from "../log/logger.ts";
import type { Key } from "./key.ts";
import { createKeyring, type Keyring, type KeySource } from "./keyring.ts";

/** All keys of all places together. */
export interface GoodKeys {
  readonly ok: true;
  readonly keys: readonly Key[];
  /** Differs whenever anything about the keys does. */
  readonly version: string;
  readonly warning?: string;
}

export type ReadKeys = GoodKeys | { readonly ok: false; readonly problem: string };

export interface RefreshOptions {
  /** Never called while it is still at work. */
  readonly read: (signal: AbortSignal) => Promise<ReadKeys>;
  /** How old keys may get, in milliseconds. */
  readonly cacheMs: number;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 to 1, for the jitter between readings that fail. */
  readonly random?: () => number;
}

/** Strangers choose key ids: with invented ones they make us read so often, and no oftener. */
const MISSED_PAUSE_MS = 30_000;
/** Between readings that fail: the last good keys are in use meanwhile, so none of this is urgent. */
const FIRST_PAUSE_MS = 1_000;
const MOST_PAUSE_MS = 60_000;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });
/** Longer than a reading takes with a hiccup of the service, and short against an invocation's 30 s. */
const SETTLE_MS = 3_000;
/** A failure that lasts is told once in so long. */
const LOG_AGAIN_MS = 300_000;
/** Key ids in one log line. */
const LOGGED_IDS = 20;

/**
 * Keys that are read again: by a timer, and on use, because a frozen function's timers stand still. What can't be
 * read, or not be used, changes nothing: the last good keys stay.
 */
export function refreshingKeys(first: GoodKeys, options: RefreshOptions): KeySource {
  const { read, cacheMs, logger, now = Date.now, random = Math.random } = options;
  const uses = new Map<string, number>();
  const stop = new AbortController();
  let good = first;
  let keyring: Keyring = createKeyring(first.keys);
  let reading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let lookedAt = now();
  /** Until the next reading is due. */
  let pause = cacheMs;
  let missedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let failedReads = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function isDue(): boolean {
    const age = now() - lookedAt;
    // A clock that was set back must not keep old keys alive.
    return age >= pause || age < 0;
  }

  function readAgain(): Promise<void> {
    if (stop.signal.aborted) return Promise.resolve();
    reading ??= readOnce().finally(() => {
      reading = undefined;
      arm();
    });
    return reading;
  }

  async function readOnce(): Promise<void> {
    const startedAt = now();
    const next = await read(stop.signal).catch((error: unknown): ReadKeys => ({ ok: false, problem: String(error) }));
    if (stop.signal.aborted) return;
    // Keys that are read are as old as the question; a pause begins when the answer is there.
    lookedAt = next.ok ? startedAt : now();
    if (next.ok) take(next);
    else failed(next.problem);
  }

  function take(next: GoodKeys): void {
    if (failures > 0) logger.info("the keys can be read again", { failures });
    if (next.warning !== undefined && next.warning !== good.warning) logger.warn(next.warning);
    failures = 0;
    pause = cacheMs;
    loggedAt = Number.NEGATIVE_INFINITY;
    if (next.version !== good.version) {
      keyring = createKeyring(next.keys);
      const [before, after] = [good, next].map(({ keys }) => new Set(keys.map(({ id }) => id)));
      const added = next.keys.filter(({ id }) => !before?.has(id));
      const removed = good.keys.filter(({ id }) => !after?.has(id));
      logger.info("the keys have changed", { keys: next.keys.length, added: ids(added), removed: ids(removed) });
    }
    good = next;
  }

  function failed(problem: string): void {
    failedReads++;
    failures++;
    pause = pauseAfter(failures, random);
    if (now() - loggedAt < LOG_AGAIN_MS) return;
    loggedAt = now();
    logger.warn("the keys could not be read again; those known stay in use", { problem, failures });
  }

  function arm(): void {
    clearTimeout(timer);
    const left = Math.min(lookedAt + pause - now(), pause);
    if (!stop.signal.aborted) timer = setTimeout(() => void readAgain(), left).unref();
  }

  arm();
  return {
    current() {
      if (reading === undefined && isDue()) void readAgain();
      return keyring;
    },
    used: (keyId) => void uses.set(keyId, (uses.get(keyId) ?? 0) + 1),
    missed() {
      const age = now() - missedAt;
      if (reading !== undefined || (age >= 0 && age < MISSED_PAUSE_MS)) return;
      missedAt = now();
      void readAgain();
    },
    async settled() {
      if (reading === undefined && !isDue()) return;
      await within(SETTLE_MS, readAgain());
    },
    uses: () => uses,
    failedReads: () => failedReads,
    async reload() {
      // Keys that are being read may be older than the wish. Whoever asks is told, also for the second time in five minutes.
      await reading;
      loggedAt = Number.NEGATIVE_INFINITY;
      const before = failedReads;
      await readAgain();
      return failedReads === before;
    },
    async close() {
      clearTimeout(timer);
      stop.abort();
      await reading;
    },
  };
}

function ids(keys: readonly Key[]): readonly string[] {
  return keys.slice(0, LOGGED_IDS).map(({ id }) => id);
}
