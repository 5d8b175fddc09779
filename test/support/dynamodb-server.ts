import { once } from "node:events";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { defaultResourcesTable } from "../../lib/storage/dynamodb/layout/keys.ts";
import type { Item } from "../../lib/storage/dynamodb/layout/limits.ts";
import { createTables } from "../../lib/storage/dynamodb/tables.ts";

/** DynamoDB's protocol on a port of this machine, in memory. */
export interface DynamoDbServer {
  readonly endpoint: string;
  /** A new client, destroyed with the server if not before. */
  client(): DynamoDBClient;
  /** Creates both tables under a name of their own. */
  freshTable(): Promise<string>;
  close(): Promise<void>;
}

export async function startDynamoDb({ createTableMs = 0, port = 0 } = {}): Promise<DynamoDbServer> {
  const server = dynalite({ createTableMs, deleteTableMs: 0, updateTableMs: 0 });
  await once(server.listen(port, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const endpoint = `http://127.0.0.1:${address.port}`;
  const clients: DynamoDBClient[] = [];
  let tables = 0;

  function client(): DynamoDBClient {
    const made = clientOf(endpoint);
    clients.push(made);
    return made;
  }

  return {
    endpoint,
    client,
    async freshTable() {
      tables++;
      const table = `samples-${tables}`;
      await createTables(client(), table, defaultResourcesTable(table));
      return table;
    },
    async close() {
      for (const one of clients) one.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client that fails at once, so that a test sees the driver's own retries and no others. */
export function clientOf(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
}

/** Every item of a table, as it is stored. */
export async function itemsIn(client: DynamoDBClient, table: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: table, ExclusiveStartKey }));
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}
