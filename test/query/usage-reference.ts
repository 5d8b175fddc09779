import type { UsageQuery } from "../../lib/query/usage.ts";
import { contentDigest } from "../../lib/sample/content.ts";
import type { Sample } from "../../lib/sample/sample.ts";

/**
 * The laws of usage as they are written, for all samples in memory: U(t), and what stands beside it, of each series;
 * then U(to) − U(from). Slow, and shares no code with `lib/query` but the question's type.
 */
export type ReferenceQuery = Omit<UsageQuery, "rules"> & { readonly maxGap: number };

type Field = "amount" | "samples" | "resets" | "disorder" | "conflicts" | "covered" | "gap";

/** One summand of a figure, as a function of t. */
interface Term {
  readonly owner: Sample;
  readonly field: Field;
  readonly before: (t: number) => bigint;
}
interface Point {
  readonly time: number;
  readonly volume: bigint;
  readonly sample: Sample;
}
interface Series {
  readonly key: readonly string[];
  /** All that count, and the one level of each instant. */
  readonly points: readonly Point[];
  readonly levels: readonly Point[];
  /** A content of each identity in conflict, for each group. */
  readonly conflicts: readonly Point[];
}
type Terms = ReadonlyMap<string | undefined, readonly Term[]>;
/** What one series adds to a row. */
interface Part {
  readonly key: string;
  readonly figures: ReadonlyMap<Field, bigint>;
  readonly times: readonly number[];
}

const TWELFTH = 10n ** 28n;
const DAY = 86_400_000_000;
const WINDOW = 35 * DAY;

/** One line of text per row, in the order of the alphabet. */
export function referenceUsage(samples: readonly Sample[], query: ReferenceQuery): readonly string[] {
  const found = seriesOf(samples, query).flatMap((series) => {
    const terms = grouped(termsOf(series, query.maxGap), ({ owner }) => groupOf(owner, query));
    return query.borders.slice(1).flatMap((to, index) => rowsOf(series, terms, query.borders[index] ?? to, to, query));
  });
  const rows = Array.from(grouped(found, ({ key }) => key));
  return rows.map(([key, parts]) => lineOf(key, parts)).sort();
}

function lineOf(key: string, parts: readonly Part[]): string {
  const sum = (field: Field) => parts.reduce((all, { figures }) => all + (figures.get(field) ?? 0n), 0n);
  const times = parts.flatMap((part) => part.times).sort((a, b) => a - b);
  const seconds = JSON.parse(key)[1] === "delta" ? [null, null] : [sum("covered"), sum("gap")];
  const counts = [sum("samples"), parts.length, sum("resets"), sum("disorder"), sum("conflicts")];
  return [key, spelled(sum("amount")), ...counts, ...seconds, times[0], times.at(-1)].join();
}

/** What of a period's rows comes from one series: U(to) − U(from) of each group. */
function rowsOf(series: Series, terms: Terms, from: number, to: number, query: ReferenceQuery): readonly Part[] {
  const within = ({ time }: Point) => time >= from && time < to;
  const before = series.levels.filter(({ time }) => time < from).at(-1);
  const isAlive = before !== undefined && from - before.time <= WINDOW && !series.levels.some(within);
  const alive = isAlive ? groupOf(before.sample, query) : undefined;
  return Array.from(terms, ([group, terms]) => {
    if (group === undefined) return [];
    const figures = new Map<Field, bigint>();
    for (const { field, before } of terms) figures.set(field, (figures.get(field) ?? 0n) + before(to) - before(from));
    const own = series.points.filter((point) => within(point) && groupOf(point.sample, query) === group);
    const key = json(...series.key.slice(0, 3), ...JSON.parse(group), from, to);
    const exists = group === alive || Array.from(figures.values()).some((value) => value !== 0n);
    return exists ? [{ key, figures, times: own.map(({ time }) => time) }] : [];
  }).flat();
}

function termsOf({ key: [, type], points, levels, conflicts }: Series, maxGap: number): readonly Term[] {
  const stepped = points.flatMap(({ time, volume, sample }): readonly Term[] => [
    step(sample, "samples", time, 1n),
    ...(type === "delta" ? [step(sample, "amount", time, volume)] : []),
  ]);
  const between = levels.flatMap((a, index) => {
    const [before, b] = [levels[index - 1], levels[index + 1]];
    if (type === "gauge") return held(a, b, before, maxGap);
    return type === "cumulative" && b !== undefined && b.time - a.time <= WINDOW ? risen(a, b) : [];
  });
  return [...stepped, ...between, ...conflicts.map(({ time, sample }) => step(sample, "conflicts", time, 1n))];
}

function step(owner: Sample, field: Field, time: number, value: bigint): Term {
  return { owner, field, before: (t) => (time < t ? value : 0n) };
}

/** The time since `from`, times `value`, until `to`. */
function ramp(owner: Sample, field: Field, from: number, to: number, value: bigint): Term {
  return { owner, field, before: (t) => value * BigInt(Math.max(0, Math.min(t, to) - from)) };
}

function held(a: Point, b: Point | undefined, before: Point | undefined, maxGap: number): readonly Term[] {
  const length = b === undefined ? Number.POSITIVE_INFINITY : b.time - a.time;
  const since = before === undefined ? Number.POSITIVE_INFINITY : a.time - before.time;
  const until = a.time + (length <= maxGap ? length : since > WINDOW ? 0 : Math.min(since, maxGap));
  const covered = [ramp(a.sample, "amount", a.time, until, a.volume), ramp(a.sample, "covered", a.time, until, 1n)];
  return length <= WINDOW ? [...covered, ramp(a.sample, "gap", until, a.time + length, 1n)] : covered;
}

function risen(a: Point, b: Point): readonly Term[] {
  const length = b.time - a.time;
  const isReset = b.volume * 10n < a.volume * 9n;
  const rise = !isReset ? b.volume - a.volume : b.volume < 0n ? 0n : b.volume;
  const marks = isReset
    ? [step(a.sample, "resets", b.time, 1n)]
    : [step(a.sample, "disorder", b.time, rise < 0n ? 1n : 0n)];
  if (length > DAY)
    return [...marks, step(a.sample, "amount", b.time, rise), ramp(a.sample, "gap", a.time, b.time, 1n)];
  const share = (t: number) => ((rise * BigInt(t - a.time)) / (BigInt(length) * TWELFTH)) * TWELFTH;
  const before = (t: number) => (t <= a.time ? 0n : t >= b.time ? rise : share(t));
  return [...marks, { owner: a.sample, field: "amount", before }, ramp(a.sample, "covered", a.time, b.time, 1n)];
}

function seriesOf(samples: readonly Sample[], query: ReferenceQuery): readonly Series[] {
  const { meters = [], resource } = query;
  const isAsked = (one: Sample) =>
    (meters.length === 0 || meters.includes(one.counter_name)) && (resource ?? one.resource_id) === one.resource_id;
  const ids = (one: Sample) => json(one.counter_name, one.resource_id, one.time, one.message_id);
  const contents = Array.from(grouped(samples.filter(isAsked), ids).values(), (copies) => {
    const bills = grouped(copies, (one) => json(...raw(one), one.user_id, String(pointOf(one).volume)));
    return Array.from(bills.values(), (same) => same.toSorted(byDigest).slice(0, 1)).flat();
  });
  const counting = contents.flatMap((one) => {
    const billed = grouped(one, (content) => json(content.project_id || null, content.counter_type, unitOf(content)));
    return Array.from(billed.values(), (same) => same.map(pointOf).sort(byVolume).slice(-1)).flat();
  });
  const conflicting = contents.flatMap((one) => {
    const rows = grouped(one.length > 1 ? one : [], (content) => json(seriesKey(content), groupOf(content, query)));
    return Array.from(rows.values(), (same) => same.slice(0, 1).map(pointOf)).flat();
  });
  const ofSeries = (points: readonly Point[]) => grouped(points, ({ sample }) => seriesKey(sample));
  const [points, conflicts] = [ofSeries(counting), ofSeries(conflicting)];
  return Array.from(new Set([...points.keys(), ...conflicts.keys()]), (name) => {
    const all = (points.get(name) ?? []).sort((a, b) => a.time - b.time || byVolume(a, b));
    const levels = all.filter(({ time }, index) => time !== all[index + 1]?.time);
    return { key: JSON.parse(name), points: all, levels, conflicts: conflicts.get(name) ?? [] };
  });
}

/** The values that a sample is grouped by; undefined for what a filter leaves out. */
function groupOf(one: Sample, query: ReferenceQuery): string | undefined {
  const { project, user, source, metadata, by } = query;
  const owner = one.project_id || null;
  const meta = (name: string) => one.resource_metadata?.get(name) ?? null;
  const asked = [owner, one.user_id, one.source, ...Array.from(metadata ?? [], ([name]) => meta(name))];
  const who = user === undefined ? one.user_id : user;
  const wanted = [project === undefined ? owner : project, who, source ?? one.source];
  if ([...wanted, ...(metadata?.values() ?? [])].some((value, index) => value !== asked[index])) return undefined;
  const further = by.filter((name) => name !== "project_id" && name !== "unit");
  const value = (name: string) => (name.startsWith("metadata.") ? meta(name.slice(9)) : Reflect.get(one, name));
  return json(owner, ...further.map(value));
}

const json = (...values: readonly unknown[]) => JSON.stringify(values);
const raw = (one: Sample) => [one.project_id, one.counter_type, one.counter_unit];
const unitOf = ({ counter_name, counter_unit }: Sample) =>
  /^(memory|volume\.|disk\.root\.size$)/.test(counter_name) ? counter_unit.replace(/^([MG])B$/, "$1iB") : counter_unit;
const seriesKey = (one: Sample) => json(one.counter_name, one.counter_type, unitOf(one), one.resource_id);
const byDigest = (a: Sample, b: Sample) => (contentDigest(a) < contentDigest(b) ? -1 : 1);
const byVolume = (a: Point, b: Point) =>
  a.volume !== b.volume
    ? Number(a.volume > b.volume) - 0.5
    : Buffer.compare(Buffer.from(a.sample.message_id), Buffer.from(b.sample.message_id)) ||
      byDigest(a.sample, b.sample);

function pointOf(sample: Sample): Point {
  const time = Date.parse(`${sample.time.slice(0, 19)}Z`) * 1_000 + Number(sample.time.slice(20, 26));
  return { time, volume: volumeOf(sample), sample };
}

/** In units of 10^-40. */
function volumeOf({ counter_volume }: Sample): bigint {
  const [mantissa = "", exponent = "0"] = String(counter_volume).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return BigInt(whole + fraction) * 10n ** BigInt(40 - fraction.length + Number(exponent));
}

function spelled(amount: bigint): string {
  const text = String(amount < 0n ? -amount : amount).padStart(41, "0");
  return `${amount < 0n ? "-" : ""}${text.slice(0, -40)}.${text.slice(-40)}`.replace(/\.?0*$/, "");
}

function grouped<T, Key extends string | undefined>(items: readonly T[], by: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) {
    const group = groups.get(by(item)) ?? [];
    groups.set(by(item), group);
    group.push(item);
  }
  return groups;
}
