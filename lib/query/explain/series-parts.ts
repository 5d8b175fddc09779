import type { CounterType, Sample } from "../../sample/sample.ts";
import { ZERO } from "../decimal.ts";
import type { Instant } from "../instant.ts";
import type { Observer, Part } from "../parts.ts";
import { isSilence, riseBetween } from "../rise.ts";
import type { UsageRules } from "../rules.ts";
import type { Interval } from "../stretch.ts";

/** A part for a person to read: also what adds nothing, where that is what one would ask about. */
export interface ShownPart extends Omit<Part, "rule"> {
  /** Beside those of a `Part`: a counter's first sample, and the first one after a longer silence. */
  readonly rule: Part["rule"] | "baseline" | "new baseline";
}

/** The reading of one series in one period. */
export interface OnePeriod {
  readonly type: CounterType;
  readonly rules: UsageRules;
  readonly from: Instant;
  readonly to: Instant;
}

/** Holds the parts of one series in one period. */
export class SeriesParts implements Observer {
  readonly #period: OnePeriod;
  readonly #parts: Part[] = [];
  readonly #intervals: Interval[] = [];

  constructor(period: OnePeriod) {
    this.#period = period;
  }

  interval(interval: Interval): void {
    this.#intervals.push(interval);
  }

  part(part: Part): void {
    this.#parts.push(part);
  }

  /** The parts of one group, in the order of time. */
  partsOf(group: string): readonly ShownPart[] {
    const own = this.#parts.filter(({ begin }) => begin.group === group);
    const spread = new Set(own.flatMap((one) => (one.rise !== undefined && one.from < one.to ? [one.begin] : [])));
    const isTold = ({ rule, begin, from, to, amount }: Part) => {
      if (rule === "unmeasured") return false;
      // Where a rise ends without adding anything there, only a mark is worth a line, and one is enough.
      return from < to || amount.digits !== 0n || (rule !== "rise" && !spread.has(begin));
    };
    const told: readonly ShownPart[] = [...own.filter(isTold), ...this.#starts(group), ...this.#unheld(group)];
    const shown = told.length > 0 ? told : own.filter(({ rule }) => rule === "unmeasured");
    // They came newest first.
    return shown.toReversed().sort((a, b) => a.from - b.from || a.to - b.to);
  }

  /** The samples that stand for their instant. */
  levels(): ReadonlySet<Sample> {
    return new Set(this.#intervals.map(({ begin }) => begin.sample));
  }

  /** The beginnings of a counter, each of the sample that is counted from, whoever was there before. */
  *#starts(group: string): Generator<ShownPart> {
    if (this.#period.type !== "cumulative") return;
    for (const interval of this.#intervals) {
      const { begin, end, before } = interval;
      if (before === undefined && begin.group === group && this.#isWithin(begin.time)) {
        yield { rule: "baseline", begin, end: undefined, from: begin.time, to: begin.time, amount: ZERO };
      }
      if (end?.group === group && this.#isWithin(end.time) && isSilence(this.#period.rules, interval)) {
        const rise = riseBetween(this.#period.rules, begin.volume, end.volume);
        yield { rule: "new baseline", begin, end, rise, from: end.time, to: end.time, amount: ZERO };
      }
    }
  }

  /** Readings of a gauge that hold for no time at all. */
  *#unheld(group: string): Generator<ShownPart> {
    if (this.#period.type !== "gauge") return;
    const held = new Set(this.#parts.flatMap(({ rule, begin }) => (rule === "held" ? [begin] : [])));
    for (const { begin, end } of this.#intervals) {
      if (begin.group !== group || held.has(begin) || !this.#isWithin(begin.time)) continue;
      yield { rule: "held", begin, end, from: begin.time, to: begin.time, amount: ZERO };
    }
  }

  #isWithin(instant: Instant): boolean {
    return instant >= this.#period.from && instant < this.#period.to;
  }
}
