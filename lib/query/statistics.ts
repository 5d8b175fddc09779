import type { Sample } from "../sample/sample.ts";
import type { SampleFilter, StorageDriver, StoredSample } from "../storage/driver.ts";
import { add, compareDecimals, type Decimal, decimalOf, multiply } from "./decimal.ts";
import { type GroupField, groupText, isOwned, type OwnerFilter } from "./groups.ts";
import { identitiesOf } from "./identities.ts";
import { microsToTime, SECOND, toMicros } from "./instant.ts";
import { deviationOf, meanOf } from "./significant.ts";
import { canonicalUnit } from "./units.ts";

export const cardinalityFields = ["user_id", "project_id", "resource_id", "source"] as const;
export type CardinalityField = (typeof cardinalityFields)[number];

export interface StatisticsQuery extends OwnerFilter {
  readonly meter: string;
  readonly resource?: string;
  /** As in `SampleFilter`. */
  readonly from?: string;
  readonly to?: string;
  /** Seconds, counted from `from`, or from the first sample. Absent: one row for all. */
  readonly period?: number;
  readonly by: readonly GroupField[];
  readonly cardinality: readonly CardinalityField[];
}

/** Ceilometer's statistics of one group in one period. There is none of an empty period. */
export interface StatisticsRow {
  readonly unit: string;
  readonly group: ReadonlyMap<GroupField, string | null>;
  readonly count: number;
  readonly sum: Decimal;
  readonly min: Decimal;
  readonly max: Decimal;
  /** To 28 significant digits, as `stddev`. */
  readonly avg: Decimal;
  /** Of the population. */
  readonly stddev: Decimal;
  readonly cardinality: ReadonlyMap<CardinalityField, number>;
  /** The times of the first and the last sample. */
  readonly durationStart: string;
  readonly durationEnd: string;
  /** Seconds; 0 without periods, which begin and end with the samples then. */
  readonly period: number;
  readonly periodStart: string;
  readonly periodEnd: string;
}

/** Rows by period, unit and group. Reads twice where periods are counted from a first sample that nobody knows. */
export async function statistics(
  storage: Pick<StorageDriver, "samples">,
  query: StatisticsQuery,
): Promise<readonly StatisticsRow[]> {
  const { meter, resource, from, to, project, period } = query;
  const filter: SampleFilter = {
    meter,
    ...(resource !== undefined && { resource }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(project !== undefined && { project }),
  };
  const counting = () => countingOf(storage.samples(filter), query);
  const first = from !== undefined || period === undefined ? (from ?? EPOCH) : await firstOf(counting());
  const periods = { length: BigInt(period ?? 0) * BigInt(SECOND), origin: toMicros(first) };
  const rows = new Map<string, Entry>();
  for await (const sample of counting()) addTo(rows, sample, query, periods);
  const ordered = Array.from(rows.values()).sort(compareEntries);
  return ordered.map((entry) => toRow(entry, query, periods));
}

const EPOCH = "1970-01-01T00:00:00.000000Z";

async function* countingOf(samples: AsyncIterable<StoredSample>, query: StatisticsQuery): AsyncGenerator<Sample> {
  for await (const { counting } of identitiesOf(samples)) {
    for (const sample of counting) if (isOwned(sample, query)) yield sample;
  }
}

async function firstOf(samples: AsyncIterable<Sample>): Promise<string> {
  let first: string | undefined;
  for await (const { time } of samples) if (first === undefined || time < first) first = time;
  return first ?? EPOCH;
}

/** In microseconds. */
interface Periods {
  /** 0: one for all. */
  readonly length: bigint;
  /** The beginning of the first. */
  readonly origin: bigint;
}

interface Entry {
  readonly index: bigint;
  readonly unit: string;
  readonly values: readonly (string | null)[];
  readonly distinct: ReadonlyMap<CardinalityField, Set<string | null>>;
  count: number;
  sum: Decimal;
  squares: Decimal;
  min: Decimal;
  max: Decimal;
  first: string;
  last: string;
}

function addTo(rows: Map<string, Entry>, sample: Sample, query: StatisticsQuery, periods: Periods): void {
  const { time } = sample;
  const index = periods.length === 0n ? 0n : floored(toMicros(time) - periods.origin, periods.length);
  const unit = canonicalUnit(sample.counter_name, sample.counter_unit);
  const values = query.by.map((field) => (field === "unit" ? unit : groupText(sample, field)));
  const key = JSON.stringify([String(index), unit, ...values]);
  const volume = decimalOf(sample.counter_volume);
  const square = multiply(volume, volume);
  const entry = rows.get(key);
  if (entry === undefined) {
    const distinct = new Map(query.cardinality.map((field) => [field, new Set([sample[field]])]));
    const own = { count: 1, sum: volume, squares: square, min: volume, max: volume, first: time, last: time };
    rows.set(key, { index, unit, values, distinct, ...own });
    return;
  }
  entry.count += 1;
  entry.sum = add(entry.sum, volume);
  entry.squares = add(entry.squares, square);
  if (compareDecimals(volume, entry.min) < 0) entry.min = volume;
  if (compareDecimals(volume, entry.max) > 0) entry.max = volume;
  if (time < entry.first) entry.first = time;
  if (time > entry.last) entry.last = time;
  for (const [field, found] of entry.distinct) found.add(sample[field]);
}

/** Down, also in front of the first period: an older sample may have come since it was looked for. */
function floored(time: bigint, length: bigint): bigint {
  return (time - (((time % length) + length) % length)) / length;
}

function toRow(entry: Entry, { period, by }: StatisticsQuery, periods: Periods): StatisticsRow {
  const { unit, count, sum, min, max, first, last, index } = entry;
  const start = periods.origin + index * periods.length;
  return {
    unit,
    group: new Map(by.map((field, at) => [field, entry.values[at] ?? null])),
    count,
    sum,
    min,
    max,
    avg: meanOf(sum, BigInt(count)),
    stddev: deviationOf(sum, entry.squares, BigInt(count)),
    cardinality: new Map(Array.from(entry.distinct, ([field, found]) => [field, found.size])),
    durationStart: first,
    durationEnd: last,
    period: period ?? 0,
    periodStart: period === undefined ? first : microsToTime(start),
    periodEnd: period === undefined ? last : microsToTime(start + periods.length),
  };
}

function compareEntries(a: Entry, b: Entry): number {
  const [left, right] = [JSON.stringify([a.unit, ...a.values]), JSON.stringify([b.unit, ...b.values])];
  if (a.index !== b.index) return a.index < b.index ? -1 : 1;
  return left < right ? -1 : 1;
}
