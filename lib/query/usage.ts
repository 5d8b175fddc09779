import { isOwnMeter } from "../sample/own-meters.ts";
import type { CounterType, Sample } from "../sample/sample.ts";
import type { SampleFilter, StorageDriver, StoredSample } from "../storage/driver.ts";
import { type Decimal, decimalOf } from "./decimal.ts";
import { furtherFields, type GroupField, type GroupValues, groupKey, type OwnerFilter } from "./groups.ts";
import { type Identity, identitiesOf } from "./identities.ts";
import { type Instant, toInstant, toTime } from "./instant.ts";
import type { Observer } from "./parts.ts";
import { type Borders, periodAt } from "./periods.ts";
import { RowLimit, TooManyRows } from "./row-limit.ts";
import { compareRows } from "./row-order.ts";
import { maxGapOf, neighbourhood, type UsageRules } from "./rules.ts";
import { EMPTY, type Level, type Stretch } from "./stretch.ts";
import { extended, finishInto, type Reading } from "./summary.ts";
import { type Sums, type Totals, totalsAt } from "./totals.ts";
import { canonicalUnit } from "./units.ts";

export interface UsageQuery extends OwnerFilter {
  /** None: all but our own, which are on nobody's bill. */
  readonly meters?: readonly string[];
  readonly resource?: string;
  readonly by: readonly GroupField[];
  /** At least two: where the periods begin, and where the last one ends. */
  readonly borders: Borders;
  readonly rules: UsageRules;
}

/** The usage of one meter by one group in one period. */
export interface UsageRow {
  readonly meter: string;
  readonly type: CounterType;
  /** The canonical one. */
  readonly unit: string;
  readonly project: string | null;
  /** The values of the fields in the query's `by`, beside the project. */
  readonly group: ReadonlyMap<GroupField, string | null>;
  readonly from: Instant;
  readonly to: Instant;
  /** A counter's in its unit, a gauge's in unit·microseconds. */
  readonly amount: Decimal;
  readonly samples: number;
  readonly resources: number;
  readonly resets: number;
  readonly disorder: number;
  readonly conflicts: number;
  /** Series·microseconds; null of a delta. */
  readonly covered: bigint | null;
  readonly gap: bigint | null;
  /** Of the samples in the period. */
  readonly first: Instant | undefined;
  readonly last: Instant | undefined;
}

/**
 * Usage, in the order of meters, groups and periods. Reads each sample of the periods and their neighbourhood once,
 * newest first, and holds one summary per series and one row per group and period.
 */
export function usage(storage: Pick<StorageDriver, "samples">, query: UsageQuery): Promise<readonly UsageRow[]> {
  return allRows(storage, query);
}

/** Usage that has no more than so many rows. @returns undefined, without reading on, where it has more */
export async function usageWithin(
  most: number,
  storage: Pick<StorageDriver, "samples">,
  query: UsageQuery,
): Promise<readonly UsageRow[] | undefined> {
  try {
    return await allRows(storage, query, new RowLimit(most));
  } catch (error) {
    if (error instanceof TooManyRows) return undefined;
    throw error;
  }
}

/** @throws TooManyRows */
async function allRows(
  storage: Pick<StorageDriver, "samples">,
  query: UsageQuery,
  limit?: RowLimit,
): Promise<readonly UsageRow[]> {
  const rows: UsageRow[] = [];
  for (const one of samplesFor(query)) {
    // One by one: as arguments of a call, some hundred thousand rows are more than a stack holds.
    for (const row of await foldUsage(storage.samples(one), query, limit)) rows.push(row);
  }
  return rows.sort(compareRows);
}

/** The readings that a query needs: one for each of its meters. */
export function samplesFor({ borders, rules, resource, meters = [] }: UsageQuery): readonly SampleFilter[] {
  const range = neighbourhood(rules, borders[0] ?? 0, borders.at(-1) ?? 0);
  // Not by project: a neighbour of another owner says where an interval begins or ends.
  const filter = {
    from: toTime(range.from),
    to: toTime(range.to),
    ...(resource !== undefined && { resource }),
  };
  return meters.length === 0 ? [filter] : Array.from(new Set(meters), (meter) => ({ ...filter, meter }));
}

/**
 * @param samples newest first, as a storage gives them, each with its neighbours and the contents of its conflicts
 * @throws TooManyRows if there is a limit
 */
export async function foldUsage(
  samples: AsyncIterable<StoredSample>,
  query: UsageQuery,
  limit?: RowLimit,
): Promise<readonly UsageRow[]> {
  const fold = new UsageFold(query, undefined, limit);
  for await (const identity of identitiesOf(samples)) fold.add(identity);
  return fold.rows();
}

/** The name that tells a series from others. */
export interface SeriesName {
  readonly meter: string;
  readonly type: CounterType;
  /** The canonical one. */
  readonly unit: string;
  readonly resource: string;
}

/** All series of one meter, type and unit, which share their rows. */
interface Metered {
  readonly meter: string;
  readonly type: CounterType;
  readonly unit: string;
  readonly series: Map<string, Series>;
  readonly sums: Sums;
}

interface Series {
  readonly reading: Reading;
  stretch: Stretch;
}

/** Adds up samples, newest first. Each step throws TooManyRows if there is a limit and it is reached. */
export class UsageFold {
  readonly #query: UsageQuery;
  readonly #observerOf: ((series: SeriesName) => Observer) | undefined;
  readonly #limit: RowLimit | undefined;
  readonly #fields: readonly GroupField[];
  readonly #leavesOutOwn: boolean;
  readonly #metered = new Map<string, Metered>();

  /**
   * @param observerOf asked once for each series, as it begins
   * @param limit shared by all folds of an answer; without one it has as many rows as there are
   */
  constructor(query: UsageQuery, observerOf?: (series: SeriesName) => Observer, limit?: RowLimit) {
    this.#query = query;
    this.#observerOf = observerOf;
    this.#limit = limit;
    this.#fields = furtherFields(query.by);
    this.#leavesOutOwn = (query.meters ?? []).length === 0;
  }

  add({ counting, conflicting, contents }: Identity): void {
    // All contents of an identity are of one meter.
    if (this.#leavesOutOwn && isOwnMeter(contents[0]?.counter_name)) return;
    for (const sample of counting) {
      const metered = this.#meteredOf(sample);
      const series = this.#seriesOf(metered, sample);
      series.stretch = extended(series.reading, metered.sums, this.#level(sample), series.stretch);
    }
    if (conflicting.length > 0) this.#countConflict(conflicting);
  }

  /** Once, at the end. */
  rows(): readonly UsageRow[] {
    const rows: UsageRow[] = [];
    for (const metered of this.#metered.values()) {
      for (const { reading, stretch } of metered.series.values()) finishInto(reading, metered.sums, stretch);
      for (const [group, periods] of metered.sums) {
        const named = this.#named(metered, group);
        periods.forEach((totals, period) => {
          if (totals !== undefined) rows.push(this.#row(named, period, totals));
        });
        // What has become rows is as large as they are.
        metered.sums.delete(group);
      }
    }
    return rows.sort(compareRows);
  }

  #meteredOf({ counter_name: meter, counter_type: type, counter_unit }: Sample): Metered {
    const unit = canonicalUnit(meter, counter_unit);
    const key = JSON.stringify([meter, type, unit]);
    const known = this.#metered.get(key);
    if (known !== undefined) return known;
    const metered: Metered = { meter, type, unit, series: new Map(), sums: new Map() };
    this.#metered.set(key, metered);
    return metered;
  }

  #seriesOf({ meter, type, unit, series }: Metered, { resource_id: resource }: Sample): Series {
    const known = series.get(resource);
    if (known !== undefined) return known;
    const { borders, rules } = this.#query;
    const observer = this.#observerOf?.({ meter, type, unit, resource });
    const reading: Reading = {
      type,
      resource,
      borders,
      rules,
      maxGap: maxGapOf(rules, meter),
      observer,
      limit: this.#limit,
    };
    const made: Series = { reading, stretch: EMPTY };
    series.set(resource, made);
    return made;
  }

  #level(sample: Sample): Level {
    return {
      time: toInstant(sample.time),
      volume: decimalOf(sample.counter_volume),
      group: this.#groupOf(sample),
      sample,
    };
  }

  #groupOf(sample: Sample): string | undefined {
    return groupKey(sample, this.#query, this.#fields);
  }

  /** An identity is one conflict in each row that one of its contents belongs to. */
  #countConflict(contents: readonly StoredSample[]): void {
    const { borders } = this.#query;
    const rows = new Set<Totals>();
    for (const sample of contents) {
      const group = this.#groupOf(sample);
      const period = periodAt(borders, toInstant(sample.time));
      if (group === undefined || period < 0 || period >= borders.length - 1) continue;
      rows.add(totalsAt(this.#meteredOf(sample).sums, group, period, sample.resource_id, this.#limit));
    }
    for (const totals of rows) totals.conflicts += 1;
  }

  /** What all rows of a group share. */
  #named({ meter, type, unit }: Metered, group: string): GroupName {
    const [project = null, ...values]: GroupValues = JSON.parse(group);
    const named = new Map(this.#fields.map((field, index) => [field, values[index] ?? null]));
    return { meter, type, unit, project, group: named };
  }

  /** Each name is written out: there may be a million rows, and what is spread into an object takes three times as much. */
  #row({ meter, type, unit, project, group }: GroupName, period: number, totals: Totals): UsageRow {
    const { borders } = this.#query;
    return {
      meter,
      type,
      unit,
      project,
      group,
      from: borders[period] ?? 0,
      to: borders[period + 1] ?? 0,
      amount: totals.amount,
      samples: totals.samples,
      resources: totals.resources.size,
      resets: totals.resets,
      disorder: totals.disorder,
      conflicts: totals.conflicts,
      covered: type === "delta" ? null : totals.covered,
      gap: type === "delta" ? null : totals.gap,
      first: totals.first,
      last: totals.last,
    };
  }
}

type GroupName = Pick<UsageRow, "meter" | "type" | "unit" | "project" | "group">;
