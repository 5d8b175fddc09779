import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { bounded } from "../../aws/bounded-client.ts";
import { callLimits, clientOptions, isLocal } from "../../aws/client-options.ts";
import { shownEndpoint } from "../endpoint-parameters.ts";
import { prepared } from "../prepared.ts";
import type { OpenedStorage, OpenOptions } from "../storage-kind.ts";
import { openDynamoDb } from "./dynamodb.ts";
import { defaultResourcesTable } from "./layout/keys.ts";
import type { DynamoDbPlace } from "./place.ts";
import { createTables, expectTables } from "./tables.ts";

export async function openTables(
  place: DynamoDbPlace,
  { readOnly = false, onUnreadable, onExpired }: OpenOptions,
): Promise<OpenedStorage> {
  const { table, resourcesTable = defaultResourcesTable(table), retentionDays } = place;
  const client = bounded(new DynamoDBClient(clientOptions(place)), callLimits.storage);
  const driver = openDynamoDb({
    ...{ client, table, resourcesTable },
    ...(retentionDays && { retentionDays }),
    ...(onExpired && { onExpired }),
    ...(onUnreadable && { onUnreadable }),
  });
  if (readOnly) return { ok: true, driver };
  const tables = isLocal(place)
    ? createTables(client, table, resourcesTable)
    : expectTables(client, [table, resourcesTable]);
  return prepared(driver, tables.then(driver.prepare), `the table ${table}${shownEndpoint(place)}`);
}
