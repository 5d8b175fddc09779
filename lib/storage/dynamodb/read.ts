import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Event, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter, TimeRange } from "../driver.ts";
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
import { merged, mergedFromPlaces, type NextPage } from "./merge-pages.ts";
import type { ReadVersions } from "./metadata-versions.ts";
import { newestTimes } from "./newest-times.ts";
import { allOf, queryDescending } from "./pages.ts";
import { findPartitions, type Partition } from "./partitions.ts";
import type { ReadItems } from "./readable-items.ts";

/** Rows held at a time while partitions are merged, if each holds one page. */
const ROWS_IN_MEMORY = 10_000;
const SMALLEST_PAGE = 10;
const LARGEST_PAGE = 200;
/** So many partitions for each sample that is wanted are opened without a look at what is newest in them. */
const OPENED_AT_ONCE = 2;

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
  const { limit = Number.POSITIVE_INFINITY } = filter;
  const pageSize = pageSizeFor(Math.min(partitions.length, limit + 1), filter.limit);
  const pagesOf = (partition: Partition, range: TimeRange) =>
    wholeInstants(samplePages(from, range, partition, pageSize));
  // To open a partition takes two calls, rows and metadata; to ask for its newest key takes one, or a part of one.
  if (partitions.length <= OPENED_AT_ONCE * (limit + 1)) {
    return yield* merged(
      partitions.map((partition) => pagesOf(partition, filter)),
      newestFirst,
    );
  }
  const keys = partitions.map(({ key }) => key);
  const newest = await newestTimes(from.client, from.table, keys, filter);
  const lists = partitions.flatMap((partition) => {
    const place = newest.get(partition.key);
    // What has come since is newer than others have been taken to be.
    return place === undefined ? [] : [{ place, next: pagesOf(partition, { ...filter, to: endOf(place) }) }];
  });
  yield* mergedFromPlaces(lists, newestFirst, ([{ time }]) => time, limit + 1);
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
  range: TimeRange,
  { key, resource }: Partition,
  pageSize: number,
): NextPage<Sample> {
  // No sort key is a bare time, so the end that the query includes is never met.
  const next = queryDescending(client, table, key, range, { pageSize });
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
    ...(to !== undefined && { to: endOf(dayOf(to)) }),
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
    const next = queryDescending(client, table, eventPartition(type, day), filter, { pageSize });
    return wholeInstants(async () => {
      const rows = await next();
      return rows && readItems(table, rows, fromEventRow);
    });
  });
  return merged(lists, newestFirst);
}

/** Behind all sort keys that begin with a day or time: "$" comes after the "#" that follows there. */
function endOf(begin: string): string {
  return `${begin}$`;
}

function pageSizeFor(lists: number, limit = LARGEST_PAGE): number {
  const share = Math.floor(ROWS_IN_MEMORY / Math.max(1, lists));
  // One more than asked for shows that the last instant is whole.
  return Math.min(limit + 1, LARGEST_PAGE, Math.max(share, SMALLEST_PAGE));
}
