import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Sample } from "../../sample/sample.ts";
import type { SampleFilter, TimeRange } from "../driver.ts";
import type { Copies } from "../rows/contents.ts";
import { justAfter, timesBehind } from "../rows/order.ts";
import { behind, byFirst, wholeInstants } from "./instants.ts";
import { DamagedItem } from "./layout/attributes.ts";
import { TTL_ATTRIBUTE, versionKey } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { fromSampleItems, versionOf } from "./layout/sample-items.ts";
import { merged, mergedFromPlaces, type NextPage } from "./merge-pages.ts";
import type { ReadVersions } from "./metadata-versions.ts";
import { newestTimes } from "./newest-times.ts";
import { pageSizeFor } from "./page-size.ts";
import { queryDescending } from "./pages.ts";
import { findPartitions, type Partition } from "./partitions.ts";
import type { ReadItems } from "./readable-items.ts";

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
  const times = timesBehind(filter);
  const pagesOf = (partition: Partition, range: TimeRange) =>
    behind(wholeInstants(samplePages(from, range, partition, pageSize)), filter.after);
  // To open a partition takes two calls, rows and metadata; to ask for its newest key takes one, or a part of one.
  if (partitions.length <= OPENED_AT_ONCE * (limit + 1)) {
    return yield* merged(
      partitions.map((partition) => pagesOf(partition, times)),
      byFirst,
    );
  }
  const keys = partitions.map(({ key }) => key);
  const newest = await newestTimes(from.client, from.table, keys, times);
  const lists = partitions.flatMap((partition) => {
    const place = newest.get(partition.key);
    // What has come since is newer than others have been taken to be.
    return place === undefined ? [] : [{ place, next: pagesOf(partition, { ...times, to: justAfter(place) }) }];
  });
  yield* mergedFromPlaces(lists, byFirst, ([{ time }]) => time, limit + 1);
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
