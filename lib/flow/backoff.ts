/** Long enough to help a throttled service, short enough for a single hiccup. */
const FIRST_DELAY_MS = 100;
/** Longer waits only make the recovery later. */
const LONGEST_DELAY_MS = 5_000;

/**
 * How long to wait before the next attempt, in milliseconds: doubled with each one, half of it left to chance,
 * so that batches which failed together don't come back together.
 *
 * @param attempts made so far, at least 1
 */
export function retryDelay(attempts: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  return (ceiling * (1 + random())) / 2;
}
