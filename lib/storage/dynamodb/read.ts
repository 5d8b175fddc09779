import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Event, MeteringRecord, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter } from "../driver.ts";
import { attributeText, DamagedItem } from "./attributes.ts";
import { dayOf, fromEventRow } from "./event-items.ts";
import { EVENTS_PARTITION, eventPartition, keyNames, parseEventDayKey, TTL_ATTRIBUTE, versionKey } from "./keys.ts";
import type { Item } from "./limits.ts";
import { merged, type NextPage } from "./merge-pages.ts";
import type { ReadVersions } from "./metadata-versions.ts";
import { allOf, queryDescending } from "./pages.ts";
import { findPartitions, type Partition } from "./partitions.ts";
import { fromSampleItems, versionOf } from "./sample-items.ts";

/** Rows held at a time while partitions are merged, if each holds one page. */
const ROWS_IN_MEMORY = 10_000;
const SMALLEST_PAGE = 10;
const LARGEST_PAGE = 200;

export interface ReadFrom {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly resourcesTable: string;
  readonly versions: ReadVersions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Newest first. Each identity is one key, so that nothing can come twice. */
export async function* readSamples(from: ReadFrom, filter: SampleFilter): AsyncGenerator<Sample> {
  if (filter.limit !== undefined && filter.limit <= 0) return;
  const partitions = await findPartitions(from.client, from.resourcesTable, filter);
  const pageSize = pageSizeFor(partitions.length, filter.limit);
  const lists = partitions.map((partition) => samplePages(from, filter, partition, pageSize));
  yield* atMost(filter.limit, merged(lists, newestFirst));
}

/** Newest first. Days don't overlap, so only the types of one day have to be merged. */
export async function* readEvents(from: ReadFrom, filter: EventFilter): AsyncGenerator<Event> {
  if (filter.limit !== undefined && filter.limit <= 0) return;
  yield* atMost(filter.limit, eventsByDay(from, filter));
}

function samplePages(
  { client, table, versions, now }: ReadFrom,
  filter: SampleFilter,
  { key, resource }: Partition,
  pageSize: number,
): NextPage<Sample> {
  // No sort key is a bare time, so the end that the query includes is never met.
  const next = queryDescending(client, table, key, filter, pageSize);
  return async () => {
    const rows = await next();
    if (rows === undefined) return undefined;
    const found = await versions(resource, rows.map(versionOf));
    return rows.flatMap((row) => {
      const version = found.get(versionKey(versionOf(row)));
      if (version === undefined) {
        // What has expired is removed in no particular order, the metadata perhaps before the row.
        if (isExpired(row, now())) return [];
        throw new DamagedItem(row, "metadata version");
      }
      if (filter.project !== undefined && version.project_id !== filter.project) return [];
      return [fromSampleItems(row, version)];
    });
  };
}

function isExpired(row: Item, now: number): boolean {
  const expiry = row[TTL_ATTRIBUTE]?.N;
  return expiry !== undefined && Number(expiry) * 1_000 <= now;
}

async function* eventsByDay(from: ReadFrom, filter: EventFilter): AsyncGenerator<Event> {
  let day: string | undefined;
  let types: string[] = [];
  for await (const entry of eventDays(from, filter)) {
    if (entry.day !== day && day !== undefined) {
      yield* eventsOf(from, filter, day, types);
      types = [];
    }
    day = entry.day;
    types.push(entry.type);
  }
  if (day !== undefined) yield* eventsOf(from, filter, day, types);
}

async function* eventDays(
  { client, resourcesTable }: ReadFrom,
  { from, to, type }: EventFilter,
): AsyncGenerator<{ readonly day: string; readonly type: string }> {
  const range = {
    ...(from !== undefined && { from: dayOf(from) }),
    // "$" sorts after the "#" that follows a day, so that the whole of the last day is in the range.
    ...(to !== undefined && { to: `${dayOf(to)}$` }),
  };
  for await (const item of allOf(queryDescending(client, resourcesTable, EVENTS_PARTITION, range))) {
    const entry = parseEventDayKey(attributeText(item, keyNames.sort));
    if (entry !== undefined && (type === undefined || entry.type === type)) yield entry;
  }
}

function eventsOf(
  { client, table }: ReadFrom,
  filter: EventFilter,
  day: string,
  types: readonly string[],
): AsyncGenerator<Event> {
  const pageSize = pageSizeFor(types.length, filter.limit);
  const lists = types.map((type): NextPage<Event> => {
    const next = queryDescending(client, table, eventPartition(type, day), filter, pageSize);
    return async () => (await next())?.map(fromEventRow);
  });
  return merged(lists, newestFirst);
}

function pageSizeFor(lists: number, limit = LARGEST_PAGE): number {
  const share = Math.floor(ROWS_IN_MEMORY / Math.max(1, lists));
  return Math.min(limit, LARGEST_PAGE, Math.max(share, SMALLEST_PAGE));
}

/** By time, then by the bytes of the message id, as the sort keys are. */
function newestFirst(a: MeteringRecord, b: MeteringRecord): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1;
  return Buffer.compare(Buffer.from(b.message_id, "utf8"), Buffer.from(a.message_id, "utf8"));
}

async function* atMost<T>(limit: number | undefined, items: AsyncIterable<T>): AsyncGenerator<T> {
  let count = 0;
  for await (const item of items) {
    yield item;
    count += 1;
    if (count === limit) return;
  }
}
