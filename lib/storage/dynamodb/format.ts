import { BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { FORMAT, NewerFormat } from "../format.ts";
import { DamagedItem } from "./layout/attributes.ts";
import { FORMAT_KEY, keyNames } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { keyOf, putItems } from "./put-items.ts";
import { type Patience, untilDone } from "./retry.ts";

const key: Item = { [keyNames.partition]: { S: FORMAT_KEY }, [keyNames.sort]: { S: FORMAT_KEY } };

/** Throws NewerFormat for tables that a later release has taken over; format 1 has left no mark. */
export async function expectFormat(client: DynamoDBClient, table: string, patience: Patience): Promise<void> {
  await marked(client, table, patience);
}

/** Marks the tables as of our format where they have no mark. One call, and one write in a table's life. */
export async function markFormat(client: DynamoDBClient, table: string, patience: Patience): Promise<void> {
  if (await marked(client, table, patience)) return;
  const mark = { ...key, [FORMAT_KEY]: { N: String(FORMAT) } };
  const refusal = (await putItems(client, table, [mark], patience)).get(keyOf(mark));
  if (refusal !== undefined) throw refusal.kind === "failed" ? refusal.cause : new Error(refusal.detail);
}

/** Whether the tables bear our mark. BatchGetItem, because readers may call it anyway. */
async function marked(client: DynamoDBClient, table: string, patience: Patience): Promise<boolean> {
  let item: Item | undefined;
  const cause = await untilDone(async (abortSignal) => {
    const RequestItems = { [table]: { Keys: [key], ConsistentRead: true } };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems }), { abortSignal });
    if (answer.Responses === undefined) return new Error("the answer does not say what was read");
    item = Object.values(answer.Responses).flat()[0];
    const left = Object.keys(answer.UnprocessedKeys ?? {}).length;
    return left === 0 ? undefined : new Error("DynamoDB left the tables' format unread");
  }, patience);
  if (cause !== undefined) throw cause;
  if (item === undefined) return false;
  const found = item[FORMAT_KEY]?.N;
  if (found === undefined) throw new DamagedItem(item, FORMAT_KEY);
  if (Number(found) > FORMAT) throw new NewerFormat(`the table ${table}`, found);
  return Number(found) === FORMAT;
}
