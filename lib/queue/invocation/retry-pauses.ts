import { backoff } from "../../flow/backoff.ts";

/**
 * The least and the most that storage's refusal keeps a message from coming back, before jitter. The first is short, since
 * most troubles are. The longest is a bound on two things: how long after the recovery the last message that was tried
 * is tried again; and, `mostReceipts` times over, how old a message is when it becomes a dead letter.
 */
const PAUSES = { firstMs: 10_000, mostMs: 600_000 } as const;

/**
 * The receipts after which SQS itself moves a message to the dead letters: `maxReceiveCount` of what we deploy. All of
 * them at the longest pause are 3.5 days, so that a message that never succeeds is a dead letter before its queue deletes
 * it after four days. A function that does not run at all receives it once each 185 s, for more than a day.
 */
export const mostReceipts = 500;

const pauseAfter = backoff(PAUSES);

/**
 * For how many whole seconds a message stays hidden after its receipt failed: far below the 12 hours that SQS allows.
 *
 * @param receipts so far, at least 1
 * @param random from 0 to 1
 */
export function retrySeconds(receipts: number, random: () => number = Math.random): number {
  return Math.floor(pauseAfter(receipts, random) / 1_000);
}

/** @returns how often a message can have been received since its first receipt, if it was hidden after each as above */
export function explainedReceipts(millisecondsSinceFirst: number): number {
  let left = millisecondsSinceFirst / 1_000;
  for (let receipts = 1; ; receipts++) {
    const least = retrySeconds(receipts, () => 0);
    // From here on each takes the same.
    if (least === LONGEST_LEAST) return receipts + Math.floor(Math.max(0, left) / least);
    if (left < least) return receipts;
    left -= least;
  }
}

const LONGEST_LEAST = PAUSES.mostMs / 2_000;
