import type { CounterType } from "../sample/sample.ts";
import { add, type Decimal, shareOf, subtract, ZERO } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import type { Observer } from "./parts.ts";
import { type Borders, periodAt } from "./periods.ts";
import { isSilence, type Rise, riseBetween } from "./rise.ts";
import type { RowLimit } from "./row-limit.ts";
import type { UsageRules } from "./rules.ts";
import { EMPTY, type Interval, joined, type Level, type Stretch, settleEnds, stretchOf } from "./stretch.ts";
import { addedSums, type Sums, type Totals, totalsAt } from "./totals.ts";

/** How the samples of one series are read. */
export interface Reading {
  readonly type: CounterType;
  readonly resource: string;
  readonly borders: Borders;
  readonly rules: UsageRules;
  /** That of the rules for this meter, in microseconds. */
  readonly maxGap: number;
  /** A listener to each part as it is added. Absent, as in most readings: nothing is made for it. */
  readonly observer?: Observer | undefined;
  /** Shared by all series of an answer. Absent: it may have as many rows as there are. */
  readonly limit?: RowLimit | undefined;
}

/**
 * The sums of a stretch of a series. Every rule looks at neighbours alone, so the summaries of two stretches that follow
 * each other merge into that of both, wherever they were cut.
 */
export interface Summary {
  readonly stretch: Stretch;
  readonly sums: Sums;
}

export const noSummary: Summary = { stretch: EMPTY, sums: new Map() };

export function summaryOf(reading: Reading, level: Level): Summary {
  const sums: Sums = new Map();
  return { stretch: extended(reading, sums, level, EMPTY), sums };
}

/** @param later of the same series: no level of it is before one of `earlier` */
export function merged(reading: Reading, earlier: Summary, later: Summary): Summary {
  const sums = addedSums(earlier.sums, later.sums);
  return { stretch: joined(earlier.stretch, later.stretch, (one) => addInterval(reading, sums, one)), sums };
}

/** The sums of a series of which nothing else is known. */
export function finished(reading: Reading, { stretch, sums }: Summary): Sums {
  const all = addedSums(sums, new Map());
  finishInto(reading, all, stretch);
  return all;
}

/** For a fold over many samples: what `merged` gives with one more level in front, the sums in place. */
export function extended(reading: Reading, sums: Sums, level: Level, later: Stretch): Stretch {
  addLevel(reading, sums, level);
  return joined(stretchOf(level), later, (one) => addInterval(reading, sums, one));
}

/** `finished` in place: adds the intervals at both ends to `sums` itself. */
export function finishInto(reading: Reading, sums: Sums, stretch: Stretch): void {
  settleEnds(stretch, (one) => addInterval(reading, sums, one));
}

function addLevel({ type, borders, resource, observer, limit }: Reading, sums: Sums, level: Level): void {
  const { group, time, volume } = level;
  const period = periodAt(borders, time);
  if (group === undefined || !isPeriod(borders, period)) return;
  const totals = totalsAt(sums, group, period, resource, limit);
  totals.samples += 1;
  if (totals.first === undefined || time < totals.first) totals.first = time;
  if (totals.last === undefined || time > totals.last) totals.last = time;
  if (type !== "delta") return;
  totals.amount = add(totals.amount, volume);
  observer?.part({ rule: "volume", begin: level, end: undefined, from: time, to: time, amount: volume });
}

function addInterval(reading: Reading, sums: Sums, interval: Interval): void {
  reading.observer?.interval(interval);
  const { group } = interval.begin;
  if (group === undefined) return;
  const at = (period: number) => totalsAt(sums, group, period, reading.resource, reading.limit);
  noteAlive(reading, at, interval);
  if (reading.type === "cumulative") addRise(reading, at, interval);
  if (reading.type === "gauge") addHeld(reading, at, interval);
}

type TotalsAt = (period: number) => Totals;

/** Each period that a series comes to alive, and in which it is not measured, has a row: missing is not zero. */
function noteAlive({ borders, rules, observer }: Reading, at: TotalsAt, { begin, end }: Interval): void {
  for (let period = periodAt(borders, begin.time) + 1; isPeriod(borders, period); period++) {
    const [from = 0, to = 0] = [borders[period], borders[period + 1]];
    if (from - begin.time > rules.window || (end !== undefined && end.time < to)) return;
    at(period);
    observer?.part({ rule: "unmeasured", begin, end, from, to, amount: ZERO });
  }
}

/** Two neighbours, and a counter's rise from the one to the other. */
interface RisenInterval {
  readonly begin: Level;
  readonly end: Level;
  readonly rise: Rise;
}

function addRise(reading: Reading, at: TotalsAt, interval: Interval): void {
  const { begin, end } = interval;
  if (end === undefined || isSilence(reading.rules, interval)) return;
  const isShared = end.time - begin.time <= reading.rules.longestShared;
  const risen = { begin, end, rise: riseBetween(reading.rules, begin.volume, end.volume) };
  addAtEnd(reading, at, risen, isShared);
  if (isShared) addShares(reading, at, risen);
  else addGap(reading, at, interval, begin.time);
}

/** The part of a rise that falls at its later sample. If it is nothing, that period gets no row for the earlier one's owner. */
function addAtEnd({ borders, observer }: Reading, at: TotalsAt, interval: RisenInterval, isShared: boolean): void {
  const { end, rise } = interval;
  const period = periodAt(borders, end.time);
  if (!isPeriod(borders, period)) return;
  if (rise.kind === "reset") at(period).resets += 1;
  if (rise.kind === "disorder") at(period).disorder += 1;
  const amount = isShared ? ZERO : rise.amount;
  if (amount.digits !== 0n) at(period).amount = add(at(period).amount, amount);
  observer?.part({ rule: rise.kind, ...interval, from: end.time, to: end.time, amount });
}

function addShares({ borders, observer }: Reading, at: TotalsAt, interval: RisenInterval): void {
  const { begin, end, rise } = interval;
  /** A function of the instant alone, so that the shares of periods that touch add up to the rise. */
  const until = (instant: Instant): Decimal => {
    if (instant <= begin.time) return ZERO;
    if (instant >= end.time) return rise.amount;
    return shareOf(rise.amount, BigInt(instant - begin.time), BigInt(end.time - begin.time));
  };
  for (const { period, from, to } of overlaps(borders, begin.time, end.time)) {
    const totals = at(period);
    const amount = subtract(until(to), until(from));
    totals.amount = add(totals.amount, amount);
    totals.covered += BigInt(to - from);
    observer?.part({ rule: rise.kind, ...interval, from, to, amount });
  }
}

function addHeld(reading: Reading, at: TotalsAt, interval: Interval): void {
  const { begin, end } = interval;
  const until = begin.time + heldFor(reading, interval);
  for (const { period, from, to } of overlaps(reading.borders, begin.time, until)) {
    const totals = at(period);
    const held = BigInt(to - from);
    const amount = { digits: begin.volume.digits * held, scale: begin.volume.scale };
    totals.amount = add(totals.amount, amount);
    totals.covered += held;
    reading.observer?.part({ rule: "held", begin, end, from, to, amount });
  }
  if (end !== undefined && !isSilence(reading.rules, interval)) addGap(reading, at, interval, until);
}

/** Microseconds that a gauge's reading holds. */
function heldFor({ maxGap, rules }: Pick<Reading, "maxGap" | "rules">, { begin, end, before }: Interval): number {
  if (end !== undefined && end.time - begin.time <= maxGap) return end.time - begin.time;
  const sinceBefore = before === undefined ? Number.POSITIVE_INFINITY : begin.time - before.time;
  return sinceBefore > rules.window ? 0 : Math.min(sinceBefore, maxGap);
}

/** The time from `since` to the end of an interval is not covered. */
function addGap({ borders, observer }: Reading, at: TotalsAt, { begin, end }: Interval, since: Instant): void {
  for (const { period, from, to } of overlaps(borders, since, end?.time ?? since)) {
    at(period).gap += BigInt(to - from);
    observer?.part({ rule: "gap", begin, end, from, to, amount: ZERO });
  }
}

interface Overlap {
  readonly period: number;
  readonly from: Instant;
  readonly to: Instant;
}

/** The parts of `[begin, end)` that lie in periods. */
function* overlaps(borders: Borders, begin: Instant, end: Instant): Generator<Overlap> {
  for (let period = Math.max(0, periodAt(borders, begin)); isPeriod(borders, period); period++) {
    const [first = 0, last = 0] = [borders[period], borders[period + 1]];
    if (first >= end) return;
    const [from, to] = [Math.max(begin, first), Math.min(end, last)];
    if (from < to) yield { period, from, to };
  }
}

function isPeriod(borders: Borders, period: number): boolean {
  return period >= 0 && period < borders.length - 1;
}
