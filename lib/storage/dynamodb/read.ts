import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Event, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter } from "../driver.ts";
import type { Copies } from "../rows/contents.ts";
import { newestFirst, wholeInstants } from "./instants.ts";
import { attributeText, DamagedItem } from "./layout/attributes.ts";
import { dayOf, fromEventRow } from "./layout/event-items.ts";
import {
  EVENTS_PARTITION,
  eventPartition,
  keyNames,
  parseEventDayKey,
  TTL_ATTRIBUTE,
  versionKey,
} from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { fromSampleItems, versionOf } from "./layout/sample-items.ts";
import { merged, type NextPage } from "./merge-pages.ts";
import type { ReadVersions } from "./metadata-versions.ts";
import { allOf, queryDescending } from "./pages.ts";
import { findPartitions, type Partition } from "./partitions.ts";
import type { ReadItems } from "./readable-items.ts";

/** Rows held at a time while partitions are merged, if each holds one page. */
const ROWS_IN_MEMORY = 10_000;
const SMALLEST_PAGE = 10;
const LARGEST_PAGE = 200;

export interface ReadFrom {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly resourcesTable: string;
  readonly versions: ReadVersions;
  readonly readItems: ReadItems;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Identities, newest first, each with all of its rows. */
export async function* readIdentities(from: ReadFrom, filter: SampleFilter): AsyncGenerator<Copies<Sample>> {
  const partitions = await findPartitions(from.client, from.resourcesTable, filter);
  const pageSize = pageSizeFor(partitions.length, filter.limit);
  const lists = partitions.map((partition) => wholeInstants(samplePages(from, filter, partition, pageSize)));
  yield* merged(lists, newestFirst);
}

/** Newest first. Days don't overlap, so only the types of one day have to be merged. */
export async function* readEvents(from: ReadFrom, filter: EventFilter): AsyncGenerator<Event> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for await (const copies of eventsByDay(from, filter)) {
    yield* copies;
    left -= 1;
    if (left <= 0) return;
  }
}

function samplePages(
  { client, table, versions, readItems, now }: ReadFrom,
  filter: SampleFilter,
  { key, resource }: Partition,
  pageSize: number,
): NextPage<Sample> {
  // No sort key is a bare time, so the end that the query includes is never met.
  const next = queryDescending(client, table, key, filter, pageSize);
  return async () => {
    const rows = await next();
    if (rows === undefined) return undefined;
    const pointing = readItems(table, rows, (row) => ({ row, hash: versionOf(row) }));
    const found = await versions(
      resource,
      pointing.map(({ hash }) => hash),
    );
    const present = pointing.filter(({ row, hash }) => {
      // DynamoDB removes expired items in no particular order, the metadata perhaps before the row.
      return found.has(versionKey(hash)) || !isExpired(row, now());
    });
    return readItems(
      table,
      present.map(({ row }) => row),
      (row) => {
        const version = found.get(versionKey(versionOf(row)));
        if (version === undefined) throw new DamagedItem(row, "metadata version");
        if (version instanceof DamagedItem) throw version;
        return fromSampleItems(row, version);
      },
    );
  };
}

function isExpired(row: Item, now: number): boolean {
  const expiry = row[TTL_ATTRIBUTE]?.N;
  return expiry !== undefined && Number(expiry) * 1_000 <= now;
}

async function* eventsByDay(from: ReadFrom, filter: EventFilter): AsyncGenerator<Copies<Event>> {
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
  { client, table, readItems }: ReadFrom,
  filter: EventFilter,
  day: string,
  types: readonly string[],
): AsyncGenerator<Copies<Event>> {
  const pageSize = pageSizeFor(types.length, filter.limit);
  const lists = types.map((type) => {
    const next = queryDescending(client, table, eventPartition(type, day), filter, pageSize);
    return wholeInstants(async () => {
      const rows = await next();
      return rows && readItems(table, rows, fromEventRow);
    });
  });
  return merged(lists, newestFirst);
}

function pageSizeFor(lists: number, limit = LARGEST_PAGE): number {
  const share = Math.floor(ROWS_IN_MEMORY / Math.max(1, lists));
  // One more than asked for shows that the last instant is whole.
  return Math.min(limit + 1, LARGEST_PAGE, Math.max(share, SMALLEST_PAGE));
}
