import { BatchGetItemCommand, type DynamoDBClient, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { FORMAT, NewerFormat } from "../format.ts";
import { DamagedItem } from "./layout/attributes.ts";
import { FORMAT_KEY, keyNames } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { keyOf, putItems } from "./put-items.ts";
import { type Patience, untilDone } from "./retry.ts";

const key: Item = { [keyNames.partition]: { S: FORMAT_KEY }, [keyNames.sort]: { S: FORMAT_KEY } };

/** Throws NewerFormat for tables that a later release has taken over; format 1 has left no mark. */
export async function expectFormat(client: DynamoDBClient, table: string, patience: Patience): Promise<void> {
  await isMarked(client, table, patience);
}

/** The two tables of a storage, by name. */
export interface TableNames {
  readonly samples: string;
  readonly resources: string;
}

/**
 * Marks the tables as of our format where they have no mark: one write in their life. Each start reads one item of both,
 * although only one can have it: that a table is not there, has other keys, or may not be used, shows before there is a
 * sample, by no other right than for this.
 */
export async function markFormat(client: DynamoDBClient, tables: TableNames, patience: Patience): Promise<void> {
  const [marked] = await Promise.all(
    [tables.resources, tables.samples].map((table) =>
      isMarked(client, table, patience).catch((error) => {
        throw named(error, table);
      }),
    ),
  );
  if (marked) return;
  const mark = { ...key, [FORMAT_KEY]: { N: String(FORMAT) } };
  const refusal = (await putItems(client, tables.resources, [mark], patience)).get(keyOf(mark));
  if (refusal !== undefined) throw refusal.kind === "failed" ? refusal.cause : new Error(refusal.detail);
}

/** DynamoDB says which table may not be used, but neither which is absent nor which has other keys. */
function named(error: unknown, table: string): unknown {
  if (error instanceof ResourceNotFoundException) return new Error(`there is no table ${table}`, { cause: error });
  if (!(error instanceof Error) || error.name !== "ValidationException") return error;
  return new Error(`the table ${table} is not one of ours: ${error.message}`, { cause: error });
}

/** Whether a table bears our mark. BatchGetItem, because readers may call it anyway. */
async function isMarked(client: DynamoDBClient, table: string, patience: Patience): Promise<boolean> {
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
