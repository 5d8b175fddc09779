import type { CounterType, Sample } from "../sample/sample.ts";
import type { SampleFilter, StorageDriver, StoredSample } from "../storage/driver.ts";
import { type Decimal, decimalOf } from "./decimal.ts";
import { furtherFields, type GroupField, type GroupValues, groupKey, type OwnerFilter } from "./groups.ts";
import { type Identity, identitiesOf } from "./identities.ts";
import { type Instant, toInstant, toTime } from "./instant.ts";
import type { Observer } from "./parts.ts";
import { type Borders, periodAt } from "./periods.ts";
import { maxGapOf, neighbourhood, type UsageRules } from "./rules.ts";
import { EMPTY, type Level, type Stretch } from "./stretch.ts";
import { extended, finishInto, type Reading } from "./summary.ts";
import { type Sums, type Totals, totalsAt } from "./totals.ts";
import { canonicalUnit } from "./units.ts";

export interface UsageQuery extends OwnerFilter {
  /** None: all. */
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
export async function usage(storage: Pick<StorageDriver, "samples">, query: UsageQuery): Promise<readonly UsageRow[]> {
  const rows: UsageRow[] = [];
  for (const one of samplesFor(query)) {
    // One by one: as arguments of a call, some hundred thousand rows are more than a stack holds.
    for (const row of await foldUsage(storage.samples(one), query)) rows.push(row);
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

/** @param samples newest first, as a storage gives them, each with its neighbours and the contents of its conflicts */
export async function foldUsage(samples: AsyncIterable<StoredSample>, query: UsageQuery): Promise<readonly UsageRow[]> {
  const fold = new UsageFold(query);
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

/** Adds up samples, newest first. */
export class UsageFold {
  readonly #query: UsageQuery;
  readonly #observerOf: ((series: SeriesName) => Observer) | undefined;
  readonly #fields: readonly GroupField[];
  readonly #metered = new Map<string, Metered>();

  /** @param observerOf asked once for each series, as it begins */
  constructor(query: UsageQuery, observerOf?: (series: SeriesName) => Observer) {
    this.#query = query;
    this.#observerOf = observerOf;
    this.#fields = furtherFields(query.by);
  }

  add({ counting, conflicting }: Identity): void {
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
        periods.forEach((totals, period) => {
          if (totals !== undefined) rows.push(this.#row(metered, group, period, totals));
        });
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
    const reading: Reading = { type, resource, borders, rules, maxGap: maxGapOf(rules, meter), observer };
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
      rows.add(totalsAt(this.#meteredOf(sample).sums, group, period, sample.resource_id));
    }
    for (const totals of rows) totals.conflicts += 1;
  }

  #row({ meter, type, unit }: Metered, group: string, period: number, totals: Totals): UsageRow {
    const { borders } = this.#query;
    const [project = null, ...values]: GroupValues = JSON.parse(group);
    const { resources, covered, gap, ...same } = totals;
    return {
      meter,
      type,
      unit,
      project,
      group: new Map(this.#fields.map((field, index) => [field, values[index] ?? null])),
      from: borders[period] ?? 0,
      to: borders[period + 1] ?? 0,
      ...same,
      resources: resources.size,
      covered: type === "delta" ? null : covered,
      gap: type === "delta" ? null : gap,
    };
  }
}

function compareRows(a: UsageRow, b: UsageRow): number {
  return (
    compareText(a.meter, b.meter) ||
    compareText(a.type, b.type) ||
    compareText(a.unit, b.unit) ||
    compareText(a.project, b.project) ||
    compareLists(Array.from(a.group.values()), Array.from(b.group.values())) ||
    a.from - b.from
  );
}

function compareLists(a: GroupValues, b: GroupValues): number {
  return a.reduce((order, value, index) => order || compareText(value, b[index] ?? null), 0);
}

/** None comes first. */
function compareText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
