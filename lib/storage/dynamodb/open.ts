import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { bounded } from "../../aws/bounded-client.ts";
import { callLimits, clientOptions, isLocal } from "../../aws/client-options.ts";
import { shownEndpoint } from "../endpoint-parameters.ts";
import { prepared } from "../prepared.ts";
import type { OpenedStorage, OpenOptions } from "../storage-kind.ts";
import { openDynamoDb } from "./dynamodb.ts";
import { defaultResourcesTable } from "./layout/keys.ts";
import type { DynamoDbPlace } from "./place.ts";
import { createTables } from "./tables.ts";

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
  const preparation = isLocal(place)
    ? createTables(client, table, resourcesTable).then(driver.prepare)
    : driver.prepare();
  return prepared(driver, preparation, `the table ${table}${shownEndpoint(place)}`);
}
