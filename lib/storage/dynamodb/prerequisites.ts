import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { mapInParallel } from "../../flow/in-parallel.ts";
import { keyNames, TTL_ATTRIBUTE } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { keyOf, putItems, type Refusal, refusal } from "./put-items.ts";
import { type Patience, untilDone } from "./retry.ts";
import { Fingerprints } from "./written/fingerprints.ts";
import { WrittenKeys } from "./written/written-keys.ts";

const UPDATES_AT_A_TIME = 8;

/** Sees to it that items are in the resources table; answers, by `keyOf`, why some are not. */
export type EnsurePrerequisites = (needs: readonly Item[], patience: Patience) => Promise<ReadonlyMap<string, Refusal>>;

/** Makes a writer that remembers what it has written, so that a metadata version costs one write and not one per sample. */
export function prerequisitesWriter(client: DynamoDBClient, table: string): EnsurePrerequisites {
  const written = new WrittenKeys();
  const fingerprints = new Fingerprints();

  return async (needs, patience) => {
    const missing = new Map<string, Item>();
    for (const item of needs) {
      if (written.has(fingerprints.of(item), dayOf(item))) continue;
      const key = keyOf(item);
      if (expiryOf(item) > expiryOf(missing.get(key))) missing.set(key, item);
    }
    if (missing.size === 0) return NONE_REFUSED;
    const items = [...missing.values()];
    const forever = items.filter((item) => item[TTL_ATTRIBUTE] === undefined);
    const expiring = items.filter((item) => item[TTL_ATTRIBUTE] !== undefined);
    const refused = new Map(await putItems(client, table, forever, patience));
    await mapInParallel(expiring, UPDATES_AT_A_TIME, async (item) => {
      const cause = await raise(client, table, item, patience);
      if (cause !== undefined) refused.set(keyOf(item), refusal(cause));
    });
    for (const [key, item] of missing) if (!refused.has(key)) written.add(fingerprints.of(item), dayOf(item));
    return refused;
  };
}

const NONE_REFUSED: ReadonlyMap<string, Refusal> = new Map();

const DAY_SECONDS = 86_400;

/** The expiry of a prerequisite is a whole day. */
function dayOf(item: Item): number | undefined {
  const expiry = item[TTL_ATTRIBUTE]?.N;
  return expiry === undefined ? undefined : Math.floor(Number(expiry) / DAY_SECONDS);
}

function expiryOf(item: Item | undefined): number {
  if (item === undefined) return Number.NEGATIVE_INFINITY;
  const expiry = item[TTL_ATTRIBUTE]?.N;
  return expiry === undefined ? Number.POSITIVE_INFINITY : Number(expiry);
}

/**
 * Writes an item unless it is there to stay longer: samples arrive in any order, and the expiry may only move
 * away. An item without one never expires, and must not get one.
 */
async function raise(client: DynamoDBClient, table: string, item: Item, patience: Patience): Promise<unknown> {
  const { [keyNames.partition]: partition, [keyNames.sort]: sort, ...rest } = item;
  if (partition === undefined || sort === undefined) throw new TypeError("an item needs both of its keys");
  const attributes = Object.entries(rest);
  const command = new UpdateItemCommand({
    TableName: table,
    Key: { [keyNames.partition]: partition, [keyNames.sort]: sort },
    UpdateExpression: `SET ${attributes.map((_, index) => `#a${index} = :a${index}`).join(", ")}`,
    // Asked for only because an answer without it is not DynamoDB's.
    ReturnValues: "UPDATED_NEW",
    ConditionExpression: "attribute_not_exists(#key) OR #ttl < :ttl",
    ExpressionAttributeNames: {
      ...Object.fromEntries(attributes.map(([name], index) => [`#a${index}`, name])),
      "#key": keyNames.partition,
      "#ttl": TTL_ATTRIBUTE,
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(attributes.map(([, value], index) => [`:a${index}`, value])),
      ":ttl": item[TTL_ATTRIBUTE] ?? { N: "0" },
    },
  });
  const cause = await untilDone(async (abortSignal) => {
    const { Attributes: written } = await client.send(command, { abortSignal });
    const isWritten = written?.[TTL_ATTRIBUTE]?.N === item[TTL_ATTRIBUTE]?.N;
    return isWritten ? undefined : new Error("the answer does not show what was written");
  }, patience);
  return cause instanceof ConditionalCheckFailedException ? undefined : cause;
}
