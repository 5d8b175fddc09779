import type { CounterType } from "../../sample/sample.ts";
import type { StorageDriver } from "../../storage/driver.ts";
import type { Decimal } from "../decimal.ts";
import { furtherFields, groupKey, keyOfValues, projectOf } from "../groups.ts";
import { type Identity, identitiesOf } from "../identities.ts";
import { type Instant, toTime } from "../instant.ts";
import type { Rise } from "../rise.ts";
import type { Level } from "../stretch.ts";
import { canonicalUnit } from "../units.ts";
import { type SeriesName, samplesFor, UsageFold, type UsageQuery, type UsageRow } from "../usage.ts";
import { type ExplainedSample, explainedSamples, type ReadIdentity } from "./explained-samples.ts";
import { SeriesParts, type ShownPart } from "./series-parts.ts";

/** One row of usage: its query, with one meter and one period, and a filter that leaves one group. */
export interface ExplainQuery extends Omit<UsageQuery, "meters" | "borders"> {
  readonly meter: string;
  /** For a meter that has several. */
  readonly type?: CounterType;
  /** The canonical one, for a meter that has several. */
  readonly unit?: string;
  readonly from: Instant;
  readonly to: Instant;
}

export type Explained =
  | { readonly kind: "explained"; readonly row: UsageRow; readonly series: readonly ExplainedSeries[] }
  /** There is no row, or the filter leaves several. */
  | { readonly kind: "not-one"; readonly rows: readonly UsageRow[] };

/** One resource's share of a row. The parts of all of them add up to its amount. */
export interface ExplainedSeries {
  readonly resource: string;
  /** In the order of time. */
  readonly parts: readonly ExplainedPart[];
  /** In the order of time; contents of one identity beside each other. */
  readonly samples: readonly ExplainedSample[];
}

/** A `ShownPart` with no more than may be told of its samples. */
export interface ExplainedPart {
  readonly rule: ShownPart["rule"];
  readonly begin: Point;
  readonly end: Point | undefined;
  /** The whole interval's; undefined where the rule has none. */
  readonly rise: Rise | undefined;
  readonly from: Instant;
  readonly to: Instant;
  /** A gauge's in unit·microseconds. */
  readonly amount: Decimal;
}

export interface Point {
  readonly time: Instant;
  readonly volume: Decimal;
  /** undefined: the sample is another project's. */
  readonly messageId: string | undefined;
}

/** The parts and samples that make a row of usage: each part is noted by the fold itself, where it is added to the amount. */
export async function explain(storage: Pick<StorageDriver, "samples">, query: ExplainQuery): Promise<Explained> {
  const { meter, from, to, type, unit } = query;
  const usageQuery: UsageQuery = { ...query, meters: [meter], borders: [from, to] };
  const parts = new Map<string, SeriesParts>();
  const fold = new UsageFold(usageQuery, (name) => {
    const series = new SeriesParts({ type: name.type, rules: query.rules, from, to });
    parts.set(keyOf(name), series);
    return series;
  });
  const resources = new Map<string, ReadIdentity[]>();
  for (const filter of samplesFor(usageQuery)) {
    for await (const identity of identitiesOf(storage.samples(filter))) {
      fold.add(identity);
      noteIdentity(resources, identity);
    }
  }
  const rows = fold.rows().filter((row) => row.type === (type ?? row.type) && row.unit === (unit ?? row.unit));
  const [row, ...others] = rows;
  if (row === undefined || others.length > 0) return { kind: "not-one", rows };
  const byResource = Array.from(resources).sort(([a], [b]) => (a < b ? -1 : 1));
  const series = byResource.map(([resource, identities]) =>
    explainedSeries(row, query, { resource, identities, parts: parts.get(keyOf({ ...row, resource })) }),
  );
  return { kind: "explained", row, series: series.filter((one) => one.parts.length + one.samples.length > 0) };
}

function keyOf({ type, unit, resource }: Pick<SeriesName, "type" | "unit" | "resource">): string {
  return JSON.stringify([type, unit, resource]);
}

function noteIdentity(resources: Map<string, ReadIdentity[]>, { contents, counting }: Identity): void {
  const [{ resource_id: resource } = { resource_id: "" }] = contents;
  const known = resources.get(resource);
  if (known === undefined) resources.set(resource, [{ contents, counting }]);
  else known.push({ contents, counting });
}

interface ReadSeries {
  readonly resource: string;
  /** Newest first. */
  readonly identities: readonly ReadIdentity[];
  /** undefined: nothing of this type and unit counts. */
  readonly parts: SeriesParts | undefined;
}

function explainedSeries(row: UsageRow, query: ExplainQuery, read: ReadSeries): ExplainedSeries {
  const group = keyOfValues([row.project, ...row.group.values()]);
  const fields = furtherFields(query.by);
  const shown = read.parts?.partsOf(group) ?? [];
  const samples = explainedSamples(read.identities, {
    from: toTime(row.from),
    to: toTime(row.to),
    project: row.project,
    isOfRow: (sample) =>
      sample.counter_type === row.type &&
      canonicalUnit(row.meter, sample.counter_unit) === row.unit &&
      groupKey(sample, query, fields) === group,
    edges: new Set(shown.flatMap(({ begin, end }) => [begin.sample, end?.sample])),
    levels: row.type === "delta" ? undefined : read.parts?.levels(),
  });
  return { resource: read.resource, parts: shown.map((part) => explainedPart(part, row.project)), samples };
}

function explainedPart({ rule, begin, end, rise, from, to, amount }: ShownPart, project: string | null): ExplainedPart {
  const point = ({ time, volume, sample }: Level): Point => {
    return { time, volume, messageId: projectOf(sample) === project ? sample.message_id : undefined };
  };
  return { rule, begin: point(begin), end: end && point(end), rise, from, to, amount };
}
