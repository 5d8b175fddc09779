import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import type { Rise } from "./rise.ts";
import type { Interval, Level } from "./stretch.ts";

/** One summand of an amount, and how it came to be. */
export interface Part {
  /**
   * What it is by: a delta's `volume`; a counter's `rise`, `reset` or `disorder`; a gauge's level that `held`. A `gap` is
   * time that is not covered; `unmeasured`: known of before, which makes a row and adds nothing to it.
   */
  readonly rule: "volume" | Rise["kind"] | "held" | "gap" | "unmeasured";
  /** The sample whose owner it belongs to. */
  readonly begin: Level;
  /** undefined: none is known, or none is needed. */
  readonly end: Level | undefined;
  /** Of the whole interval, whatever lies in the period. Absent where the rule has none. */
  readonly rise?: Rise;
  /** What lies in the period: a stretch of time, or an instant, where both are equal. */
  readonly from: Instant;
  readonly to: Instant;
  /** A gauge's in unit·microseconds. */
  readonly amount: Decimal;
}

/** Who wants to know what sums are made of, while they are added up. */
export interface Observer {
  /** Each interval once, whoever it belongs to. */
  interval(interval: Interval): void;
  /** Each part, just where it is added to a sum. */
  part(part: Part): void;
}
