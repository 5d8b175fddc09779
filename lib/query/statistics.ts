import type { Sample } from "../sample/sample.ts";
import type { SampleFilter, StorageDriver, StoredSample } from "../storage/driver.ts";
import { add, compareDecimals, type Decimal, decimalOf, multiply } from "./decimal.ts";
import { type GroupField, groupText, isOwned, type OwnerFilter } from "./groups.ts";
import { identitiesOf } from "./identities.ts";
import { type Instant, SECOND, toInstant } from "./instant.ts";
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
  /** The first and the last sample. */
  readonly durationStart: Instant;
  readonly durationEnd: Instant;
  /** Seconds; 0 without periods, which begin and end with the samples then. */
  readonly period: number;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
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
  const origin = from !== undefined || period === undefined ? toInstant(from ?? EPOCH) : await firstOf(counting());
  const rows = new Map<string, Entry>();
  for await (const sample of counting()) addTo(rows, sample, query, origin);
  const ordered = Array.from(rows.values()).sort(compareEntries);
  return ordered.map((entry) => toRow(entry, query, origin));
}

const EPOCH = "1970-01-01T00:00:00.000000Z";

async function* countingOf(samples: AsyncIterable<StoredSample>, query: StatisticsQuery): AsyncGenerator<Sample> {
  for await (const { counting } of identitiesOf(samples)) {
    for (const sample of counting) if (isOwned(sample, query)) yield sample;
  }
}

async function firstOf(samples: AsyncIterable<Sample>): Promise<Instant> {
  let first = Number.POSITIVE_INFINITY;
  for await (const { time } of samples) first = Math.min(first, toInstant(time));
  return first;
}

interface Entry {
  readonly index: number;
  readonly unit: string;
  readonly values: readonly (string | null)[];
  readonly distinct: ReadonlyMap<CardinalityField, Set<string | null>>;
  count: number;
  sum: Decimal;
  squares: Decimal;
  min: Decimal;
  max: Decimal;
  first: Instant;
  last: Instant;
}

function addTo(rows: Map<string, Entry>, sample: Sample, query: StatisticsQuery, origin: Instant): void {
  const time = toInstant(sample.time);
  const index = query.period === undefined ? 0 : Math.floor((time - origin) / (query.period * SECOND));
  const unit = canonicalUnit(sample.counter_name, sample.counter_unit);
  const values = query.by.map((field) => (field === "unit" ? unit : groupText(sample, field)));
  const key = JSON.stringify([index, unit, ...values]);
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
  entry.first = Math.min(entry.first, time);
  entry.last = Math.max(entry.last, time);
  for (const [field, found] of entry.distinct) found.add(sample[field]);
}

function toRow(entry: Entry, { period, by }: StatisticsQuery, origin: Instant): StatisticsRow {
  const { unit, count, sum, min, max, first, last, index } = entry;
  const start = period === undefined ? first : origin + index * period * SECOND;
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
    periodStart: start,
    periodEnd: period === undefined ? last : start + period * SECOND,
  };
}

function compareEntries(a: Entry, b: Entry): number {
  const [left, right] = [JSON.stringify([a.unit, ...a.values]), JSON.stringify([b.unit, ...b.values])];
  return a.index - b.index || (left < right ? -1 : 1);
}
