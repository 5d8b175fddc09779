import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { mapInParallel } from "../../flow/in-parallel.ts";
import type { TimeRange } from "../driver.ts";
import { attributeText } from "./layout/attributes.ts";
import { keyNames, parseTimeKey } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { queryDescending, scanKeys } from "./pages.ts";

/** Keys are small, and no metadata waits behind them. */
const QUERIES_AT_A_TIME = 32;
/** A page of a scan costs as much as 256 queries for one key. It saves calls while it spares so many. */
const SPARED_BY_A_PAGE = 64;

/**
 * The time of the newest row of each partition that has one in the range. No index has the samples' times, so each is
 * looked at: small partitions many at a time, as they lie in the table, large ones by a query each.
 */
export async function newestTimes(
  client: DynamoDBClient,
  table: string,
  partitions: readonly string[],
  range: TimeRange,
): Promise<ReadonlyMap<string, string>> {
  const scanned = await scanForNewest(client, table, new Set(partitions), range);
  if (scanned !== undefined) return scanned;
  const found = await mapInParallel(partitions, QUERIES_AT_A_TIME, async (partition) => {
    const page = await queryDescending(client, table, partition, range, { pageSize: 1, keysOnly: true })();
    return page?.map((item) => [partition, timeOf(item)] as const) ?? [];
  });
  return new Map(found.flat());
}

/** @returns undefined where queries are cheaper, or a role of before may not scan the table */
async function scanForNewest(
  client: DynamoDBClient,
  table: string,
  wanted: ReadonlySet<string>,
  { from = "", to }: TimeRange,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (wanted.size < SPARED_BY_A_PAGE) return undefined;
  const newest = new Map<string, string>();
  const met = new Set<string>();
  const next = scanKeys(client, table);
  for (let pages = 1; ; pages++) {
    const page = await next().catch(unlessDenied);
    if (page === "denied") return undefined;
    if (page === undefined) return newest;
    for (const item of page) {
      const partition = attributeText(item, keyNames.partition);
      if (!wanted.has(partition)) continue;
      met.add(partition);
      const time = timeOf(item);
      const isWithin = time >= from && (to === undefined || time < to);
      if (isWithin && time > (newest.get(partition) ?? "")) newest.set(partition, time);
    }
    // Rows of a partition lie together, but nothing promises it: of a scan that is given up nothing counts.
    if (met.size < pages * SPARED_BY_A_PAGE) return undefined;
  }
}

function timeOf(item: Item): string {
  return parseTimeKey(attributeText(item, keyNames.sort), 0).time;
}

function unlessDenied(error: unknown): "denied" {
  if (error instanceof Error && error.name === "AccessDeniedException") return "denied";
  throw error;
}
