/** Between which bounds pauses grow, in milliseconds. */
export interface BackoffBounds {
  /** The longest that the first pause may be. */
  readonly firstMs: number;
  /** The longest that any may be: waiting longer would only make the recovery later. */
  readonly mostMs: number;
}

/**
 * A pause before the next attempt, in whole milliseconds.
 *
 * @param attempts made so far, at least 1
 * @param random from 0 to 1
 */
export type Backoff = (attempts: number, random?: () => number) => number;

/**
 * Exponential backoff with equal jitter, the one policy of everything that tries again: the bound doubles with each
 * attempt, and half of it is left to chance. What failed together does not come back together; and no pause is next to
 * nothing, as with full jitter it may be, so that a service which is down is never hammered.
 */
export function backoff({ firstMs, mostMs }: BackoffBounds): Backoff {
  return (attempts, random = Math.random) => {
    const bound = Math.min(mostMs, firstMs * 2 ** (attempts - 1));
    return Math.round((bound * (1 + random())) / 2);
  };
}
