/** How often something may be done: so many at once, and so many a minute from then on. */
export interface TokenBucket {
  /** Whether one may be done now. Changes nothing. */
  available(): boolean;
  /** Takes one, if one may be done now. */
  take(): boolean;
}

export interface TokenBucketOptions {
  /** 0: nothing is ever allowed. */
  readonly perMinute: number;
  /** The bucket's size: so many at once after a quiet time. */
  readonly burst: number;
  /** Milliseconds of a clock that is not set back. */
  readonly now: () => number;
}

const MINUTE_MS = 60_000;

/**
 * A bucket that fills while nothing is taken. It is counted in parts of which one minute's milliseconds make a whole:
 * a millisecond then adds `perMinute` of them, and with whole numbers nothing is ever rounded.
 */
export function createTokenBucket({ perMinute, burst, now }: TokenBucketOptions): TokenBucket {
  const full = perMinute === 0 ? 0 : burst * MINUTE_MS;
  let level = full;
  let filledAt = Math.floor(now());

  const available = (): boolean => {
    const time = Math.floor(now());
    // A clock that is set back adds nothing, and holds nothing up.
    level = Math.min(full, level + Math.max(0, time - filledAt) * perMinute);
    filledAt = time;
    return level >= MINUTE_MS;
  };

  return {
    available,
    take() {
      if (!available()) return false;
      level -= MINUTE_MS;
      return true;
    },
  };
}
