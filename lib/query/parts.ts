import type { Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import type { Rise } from "./rise.ts";
import type { Interval, Level } from "./stretch.ts";

/** One summand of an amount, and how it came to be. */
export interface Part {
  /**
   * The rule that it is by: a delta's `volume`; a counter's `rise`, `reset` or `disorder`; a gauge's level that `held`. A
   * `gap` is time that is not covered; `unmeasured`: known of before, which makes a row and adds nothing to it.
   */
  readonly rule: "volume" | Rise["kind"] | "held" | "gap" | "unmeasured";
  /** The sample whose owner it belongs to. */
  readonly begin: Level;
  /** undefined: none is known, or none is needed. */
  readonly end: Level | undefined;
  /** The whole interval's, whatever of it lies in the period. Absent where the rule has none. */
  readonly rise?: Rise;
  /** The stretch of time that lies in the period; an instant, where both are equal. */
  readonly from: Instant;
  readonly to: Instant;
  /** A gauge's in unit·microseconds. */
  readonly amount: Decimal;
}

/** A listener to sums while they are added up, and to what they are made of. */
export interface Observer {
  /** Each interval once, whoever it belongs to. */
  interval(interval: Interval): void;
  /** Each part, just where it is added to a sum. */
  part(part: Part): void;
}
