import { DAY, type Instant, SECOND } from "./instant.ts";

/** The settings of usage. Times are in microseconds. */
export interface UsageRules {
  /** A counter that falls to no less than so many per cent is out of order; below that, it was reset. */
  readonly disorderPercent: bigint;
  /** The rise of an interval that is no longer than this is shared out over it; else it falls at the interval's end. */
  readonly longestShared: number;
  /** A series that is silent for longer begins anew. How far a reading looks back and ahead follows from it. */
  readonly window: number;
  /** How long a gauge's reading may hold. At most `window`. */
  readonly maxGap: number;
  /** Meters with another `maxGap`. */
  readonly maxGaps: ReadonlyMap<string, number>;
}

export const defaultRules: UsageRules = {
  disorderPercent: 90n,
  longestShared: DAY,
  window: 35 * DAY,
  maxGap: 900 * SECOND,
  maxGaps: new Map(),
};

export function maxGapOf(rules: UsageRules, meter: string): number {
  return rules.maxGaps.get(meter) ?? rules.maxGap;
}

/**
 * The range to read so that usage of `[from, to)` is right: a gauge's reading that still holds at `from` has its
 * predecessor within the window, and an interval that began before `to` is a gap only if it ends within it.
 */
export function neighbourhood(rules: UsageRules, from: Instant, to: Instant): { from: Instant; to: Instant } {
  const longest = Math.max(rules.maxGap, ...rules.maxGaps.values());
  return { from: from - rules.window - longest, to: to + rules.window + 1 };
}

/** The clocks of publishers may be a day ahead, and samples as late as the window lets in. */
export function isFinal(rules: UsageRules, to: Instant, now: Instant): boolean {
  return to + DAY + rules.window < now;
}
