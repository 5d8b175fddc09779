import { Temporal } from "temporal-polyfill";
import { DAY, HOUR, type Instant, SECOND } from "./instant.ts";

/** How a stretch of time is cut: at each so many seconds from its beginning, or by a zone's clock and calendar. */
export type Period =
  | { readonly kind: "seconds"; readonly seconds: number }
  | { readonly kind: "hour" | "day" | "month"; readonly zone: string };

/** The beginnings of the periods of `[from, to)`, then `to`. The first and the last may be parts of a whole one. */
export type Borders = readonly Instant[];

/** A row is held for each group and period: more periods than these, some 11 years of hours, are nobody's table. */
export const MOST_PERIODS = 100_000;

/** A stretch of time that would be cut into more than `MOST_PERIODS`. */
export class TooManyPeriods extends RangeError {
  override readonly name = "TooManyPeriods";

  constructor() {
    super(`more than ${MOST_PERIODS} periods: take longer ones, or a shorter time`);
  }
}

/**
 * Periods that neither overlap nor leave anything out, whatever a zone's clock does: each is told by where it begins
 * alone, and ends where the next one begins.
 *
 * @param period undefined: all of it is one
 * @throws TooManyPeriods
 */
export function periodBorders(from: Instant, to: Instant, period?: Period): Borders {
  const borders: Instant[] = [from];
  const next = period === undefined ? () => to : nextBegin(period);
  for (let begin = next(from); begin < to; begin = next(begin)) {
    if (borders.length === MOST_PERIODS) throw new TooManyPeriods();
    borders.push(begin);
  }
  return [...borders, to];
}

/** The period that an instant is in: index in `borders`; -1 before the first, the last index at and after the end. */
export function periodAt(borders: Borders, instant: Instant): number {
  let [low, high] = [0, borders.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((borders[middle] ?? Number.POSITIVE_INFINITY) <= instant) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether a name is one of the IANA's time zones; an offset such as `+01:00` has no calendar, and is none. */
export function isZone(name: string): boolean {
  try {
    return !/^[-+]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function nextBegin(period: Period): (instant: Instant) => Instant {
  if (period.kind === "seconds") return (instant) => instant + period.seconds * SECOND;
  const { zone, kind } = period;
  if (zone === "UTC" && kind !== "month") return nextMultipleOf(kind === "hour" ? HOUR : DAY);
  if (kind === "hour") return (instant) => nextHour(zoned(instant, zone));
  return (instant) => nextDate(zoned(instant, zone), kind);
}

/** The hours and days of a clock that is never set, some hundred times as fast as by a calendar. */
function nextMultipleOf(length: number): (instant: Instant) => Instant {
  return (instant) => (Math.floor(instant / length) + 1) * length;
}

/** The first instant of the next local date that begins one: a date that a zone left out begins nothing. */
function nextDate(now: Temporal.ZonedDateTime, kind: "day" | "month"): Instant {
  let date = kind === "day" ? now.toPlainDate() : now.toPlainDate().with({ day: 1 });
  for (;;) {
    date = date.add(kind === "day" ? { days: 1 } : { months: 1 });
    const begin = fromZoned(date.toZonedDateTime(now.timeZoneId));
    // If a clock was set back over midnight, an instant may have the date before, though the next one has begun.
    if (begin > fromZoned(now)) return begin;
  }
}

/** The next instant at which the local clock shows a whole hour. An hour that is shown twice is two. */
function nextHour(now: Temporal.ZonedDateTime): Instant {
  let next = untilWholeHour(now);
  // A clock that was changed by half an hour on the way shows another time there.
  while (next.minute !== 0 || next.second !== 0) next = untilWholeHour(next);
  return fromZoned(next);
}

function untilWholeHour(now: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const past = ((now.minute * 60 + now.second) * 1_000 + now.millisecond) * 1_000 + now.microsecond;
  return now.add({ microseconds: 3_600 * SECOND - past });
}

function zoned(instant: Instant, zone: string): Temporal.ZonedDateTime {
  return new Temporal.ZonedDateTime(BigInt(instant) * 1_000n, zone);
}

function fromZoned(time: Temporal.ZonedDateTime): Instant {
  return Number(time.epochNanoseconds / 1_000n);
}
