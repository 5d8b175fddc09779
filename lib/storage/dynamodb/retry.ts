import { setTimeout as sleep } from "node:timers/promises";
import { isWorthRetrying } from "../../aws/service-error.ts";
import { backoff } from "../../flow/backoff.ts";

/** With the pauses below about 4 s on average: longer than a table takes to split a hot partition's burst. */
const MAX_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 50;
const MOST_PAUSE_MS = 2_000;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });

/** How long to go on trying. */
export interface Patience {
  /** In milliseconds, by `now`. */
  readonly deadline: number;
  readonly now: () => number;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** Ends the waiting between attempts: nobody is left to answer to. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Repeats an attempt until it leaves nothing, with exponential backoff between. What an attempt throws ends the
 * repeating, unless it is worth retrying.
 *
 * @param attempt resolves with why something is left over, or undefined when nothing is
 * @returns the last such cause; undefined when all is done
 */
export async function untilDone(
  attempt: (signal: AbortSignal) => Promise<unknown>,
  { deadline, now, random, signal }: Patience,
): Promise<unknown> {
  let cause: unknown;
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    if (attempts > 0) {
      const wait = pauseAfter(attempts, random);
      if (now() + wait >= deadline || !(await paused(wait, signal))) return cause;
    }
    try {
      cause = await attempt(AbortSignal.timeout(Math.max(1, deadline - now())));
      if (cause === undefined) return undefined;
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") return cause ?? new Error("no answer in time");
      if (!isWorthRetrying(error)) return error;
      cause = error;
    }
  }
  return cause;
}

/** @returns false if the signal cut it short */
async function paused(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  return sleep(milliseconds, true, { signal }).catch(() => false);
}
