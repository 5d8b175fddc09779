import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DescribeTableCommandOutput,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import { backoff } from "../../flow/backoff.ts";
import { keyNames, meterIndex, projectIndex } from "./layout/keys.ts";

const ACTIVE_WITHIN_MS = 60_000;
/** Between looks: an embedded service takes some milliseconds, AWS some seconds. */
const FIRST_PAUSE_MS = 10;
const MOST_PAUSE_MS = 1_000;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });

/**
 * Creates the two tables where they are absent, for an endpoint on one's own machine; in an account they
 * belong to a stack. Resolves when both can be written; throws when one is not active after a minute.
 */
export async function createTables(client: DynamoDBClient, table: string, resourcesTable: string): Promise<void> {
  const indexes = [projectIndex, meterIndex];
  await Promise.all([
    createTable(client, { TableName: table, AttributeDefinitions: texts(keyNames.partition, keyNames.sort) }),
    createTable(client, {
      TableName: resourcesTable,
      AttributeDefinitions: texts(keyNames.partition, keyNames.sort, ...indexes.map(({ partition }) => partition)),
      GlobalSecondaryIndexes: indexes.map(({ name, partition }) => ({
        IndexName: name,
        KeySchema: [{ AttributeName: partition, KeyType: "HASH" }],
        Projection: { ProjectionType: "KEYS_ONLY" },
      })),
    }),
  ]);
}

async function createTable(
  client: DynamoDBClient,
  definition: Pick<CreateTableCommandInput, "TableName" | "AttributeDefinitions" | "GlobalSecondaryIndexes">,
): Promise<void> {
  const { TableName } = definition;
  if ((await statusOf(client, TableName)) === undefined) {
    try {
      await client.send(
        new CreateTableCommand({
          ...definition,
          BillingMode: "PAY_PER_REQUEST",
          KeySchema: [
            { AttributeName: keyNames.partition, KeyType: "HASH" },
            { AttributeName: keyNames.sort, KeyType: "RANGE" },
          ],
        }),
      );
    } catch (error) {
      // Somebody else was quicker.
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  }
  const deadline = Date.now() + ACTIVE_WITHIN_MS;
  for (let looks = 1; ; looks++) {
    const status = await statusOf(client, TableName);
    if (status === "ACTIVE") return;
    if (Date.now() > deadline) throw new Error(`the table ${TableName} is ${status} after ${ACTIVE_WITHIN_MS} ms`);
    await sleep(pauseAfter(looks));
  }
}

/** `ACTIVE` only when the indexes are too; undefined where there is no such table. */
async function statusOf(client: DynamoDBClient, TableName: string | undefined): Promise<string | undefined> {
  try {
    const table = described(await client.send(new DescribeTableCommand({ TableName })));
    const states = [table.TableStatus, ...(table.GlobalSecondaryIndexes ?? []).map((index) => index.IndexStatus)];
    return states.find((state) => state !== "ACTIVE") ?? "ACTIVE";
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** A server that is not DynamoDB may answer, too. */
function described({ Table: table }: DescribeTableCommandOutput): TableDescription {
  if (table === undefined) throw new Error("the answer does not describe the table: is it DynamoDB's?");
  return table;
}

function texts(...names: readonly string[]): { AttributeName: string; AttributeType: "S" }[] {
  return names.map((AttributeName) => ({ AttributeName, AttributeType: "S" }));
}
