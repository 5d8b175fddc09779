import { createHash } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Stored } from "../driver.ts";
import { fromSettlementLine, type Settlement, toSettlementLine } from "../settlement.ts";
import { attributeText, DamagedItem } from "./layout/attributes.ts";
import { BODY_ATTRIBUTE, keyNames, settlementKey, settlementPartition } from "./layout/keys.ts";
import { type Item, overLimit } from "./layout/limits.ts";
import { allOf, queryDescending } from "./pages.ts";
import { keyOf, putItems } from "./put-items.ts";
import type { ReadItems } from "./readable-items.ts";
import type { Patience } from "./retry.ts";

/** An item each, kept for ever: none replaces another. */
export async function putSettlement(
  client: DynamoDBClient,
  table: string,
  settlement: Settlement,
  patience: Patience,
): Promise<Stored> {
  const item = toItem(settlement);
  const problem = overLimit(item);
  if (problem !== undefined) return { kind: "unstorable", detail: `the settlement needs ${problem}` };
  return (await putItems(client, table, [item], patience)).get(keyOf(item)) ?? { kind: "recorded" };
}

/** All settlements of a meter on a resource. */
export async function loadSettlements(
  client: DynamoDBClient,
  table: string,
  partition: string,
  readItems: ReadItems,
): Promise<readonly Settlement[]> {
  const items: Item[] = [];
  for await (const item of allOf(queryDescending(client, table, partition, {}))) items.push(item);
  return readItems(table, items, fromItem);
}

function fromItem(item: Item): Settlement {
  const read = fromSettlementLine(attributeText(item, BODY_ATTRIBUTE));
  if (!read.ok) throw new DamagedItem(item, BODY_ATTRIBUTE);
  return read.value;
}

function toItem(settlement: Settlement): Item {
  const { counter_name, resource_id, time } = settlement.identity;
  const body = toSettlementLine(settlement);
  return {
    [keyNames.partition]: { S: settlementPartition(counter_name, resource_id) },
    [keyNames.sort]: { S: settlementKey(time, createHash("sha256").update(body, "utf8").digest("hex")) },
    [BODY_ATTRIBUTE]: { S: body },
  };
}
