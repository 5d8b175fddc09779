import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { mapInParallel } from "../../flow/in-parallel.ts";
import type { Stored } from "../driver.ts";
import { keyNames } from "./layout/keys.ts";
import { type Item, itemBytes } from "./layout/limits.ts";
import { type Patience, untilDone } from "./retry.ts";

/** BatchWriteItem takes so many items, */
const MAX_ITEMS = 25;
/** and a request of so many bytes. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;
/** JSON writes one control character as six. */
const MOST_JSON_BYTES_A_BYTE = 6;
/** For one item's braces, names of types and key. */
const ITEM_OVERHEAD_BYTES = 1_024;
/** Enough to fill a table's burst from one process, without a throttle answering for all at once. */
const REQUESTS_AT_A_TIME = 4;

export type Refusal = Exclude<Stored, { kind: "recorded" }>;

/** Tells an item's key from every other of its table. */
export function keyOf(item: Item): string {
  const partition = item[keyNames.partition]?.S ?? "";
  return `${partition.length}:${partition}${item[keyNames.sort]?.S ?? ""}`;
}

/**
 * Puts items, whose keys must differ, into one table.
 *
 * @returns why some were not stored, by `keyOf`; empty when all are
 */
export async function putItems(
  client: DynamoDBClient,
  table: string,
  items: readonly Item[],
  patience: Patience,
): Promise<ReadonlyMap<string, Refusal>> {
  const refused = await mapInParallel(chunksOf(items), REQUESTS_AT_A_TIME, (chunk) =>
    putChunk(client, table, chunk, patience),
  );
  return new Map(refused.flat());
}

async function putChunk(
  client: DynamoDBClient,
  table: string,
  chunk: readonly Item[],
  patience: Patience,
): Promise<(readonly [key: string, Refusal])[]> {
  let left = chunk;
  const cause = await untilDone(async (abortSignal) => {
    const RequestItems = { [table]: left.map((item): WriteRequest => ({ PutRequest: { Item: item } })) };
    const answer = await client.send(new BatchWriteItemCommand({ RequestItems }), { abortSignal });
    // DynamoDB says so in any case, be it that nothing was: an answer without it is not DynamoDB's.
    if (answer.UnprocessedItems === undefined) return new Error("the answer does not say what is left unprocessed");
    if (Object.keys(answer.UnprocessedItems).length === 0) return undefined;
    const unprocessed = new Set(
      Object.values(answer.UnprocessedItems)
        .flat()
        .map((request) => keyOf(request.PutRequest?.Item ?? {})),
    );
    const own = left.filter((item) => unprocessed.has(keyOf(item)));
    if (own.length < unprocessed.size) return new Error("the answer leaves items unprocessed that were not sent");
    left = own;
    return left.length === 0 ? undefined : new Error(`DynamoDB left ${left.length} of a batch unprocessed`);
  }, patience);
  if (cause === undefined) return [];
  if (left.length > 1 && cause instanceof Error && cause.name === "ValidationException") {
    // One bad item makes the service refuse its neighbours, so each has to be tried without them.
    const alone = await mapInParallel(left, REQUESTS_AT_A_TIME, (item) => putChunk(client, table, [item], patience));
    return alone.flat();
  }
  return left.map((item) => [keyOf(item), refusal(cause)] as const);
}

/**
 * Only what the service says about an item's own size is final. Any other ValidationException can be a
 * table with another schema, and samples must outlive a wrong setting.
 */
export function refusal(cause: unknown): Refusal {
  const final =
    cause instanceof Error &&
    cause.name === "ValidationException" &&
    /has exceeded the (maximum|size)/.test(cause.message);
  return final ? { kind: "unstorable", detail: `DynamoDB: ${cause.message}` } : { kind: "failed", cause };
}

function chunksOf(items: readonly Item[]): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  let current: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    const most = itemBytes(item) * MOST_JSON_BYTES_A_BYTE + ITEM_OVERHEAD_BYTES;
    if (current.length === MAX_ITEMS || (current.length > 0 && bytes + most > MAX_REQUEST_BYTES)) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += most;
  }
  return current.length === 0 ? chunks : [...chunks, current];
}
