import { type AttributeValue, type DynamoDBClient, QueryCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { TimeRange } from "../driver.ts";
import { keyNames, projectIndex, projectIndexKey, VERSION_KEY_PREFIX } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import type { NextPage } from "./merge-pages.ts";

type StartKey = Record<string, AttributeValue> | undefined;
type Page = { Items?: Item[]; LastEvaluatedKey?: StartKey };

/** Follows a query from page to page, each asked for when it is wanted. */
function paged(ask: (start: StartKey) => Promise<Page>): NextPage<Item> {
  let start: StartKey;
  let ended = false;
  return async () => {
    if (ended) return undefined;
    const answer = await ask(start);
    // DynamoDB gives an empty list where there is nothing: without a list nobody has looked.
    if (answer.Items === undefined) throw new Error("the answer to a query of DynamoDB has no items");
    start = answer.LastEvaluatedKey;
    ended = start === undefined;
    return answer.Items;
  };
}

/** What of a partition's items is asked for at a time. */
interface Asked {
  readonly pageSize?: number;
  /** Both keys alone. */
  readonly keysOnly?: boolean;
}

/** The items of one partition with sort keys from `from` to `to`, both included, greatest first. */
export function queryDescending(
  client: DynamoDBClient,
  table: string,
  partition: string,
  { from, to }: TimeRange,
  { pageSize, keysOnly = false }: Asked = {},
): NextPage<Item> {
  // DynamoDB refuses such a range as an error of the caller's.
  if (from !== undefined && to !== undefined && from > to) return async () => undefined;
  const bounds =
    from !== undefined && to !== undefined
      ? " AND #sort BETWEEN :from AND :to"
      : from !== undefined
        ? " AND #sort >= :from"
        : to !== undefined
          ? " AND #sort <= :to"
          : "";
  return paged((ExclusiveStartKey) =>
    client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: `#partition = :partition${bounds}`,
        ExpressionAttributeNames: {
          "#partition": keyNames.partition,
          ...((bounds !== "" || keysOnly) && { "#sort": keyNames.sort }),
        },
        ...(keysOnly && { ProjectionExpression: "#partition, #sort" }),
        ExpressionAttributeValues: {
          ":partition": { S: partition },
          ...(from !== undefined && { ":from": { S: from } }),
          ...(to !== undefined && { ":to": { S: to } }),
        },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: pageSize,
        ExclusiveStartKey,
      }),
    ),
  );
}

/** The items of one partition whose sort key begins so. */
export function queryPrefix(client: DynamoDBClient, table: string, partition: string, prefix: string): NextPage<Item> {
  return paged((ExclusiveStartKey) =>
    client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "#partition = :partition AND begins_with(#sort, :prefix)",
        ExpressionAttributeNames: { "#partition": keyNames.partition, "#sort": keyNames.sort },
        ExpressionAttributeValues: { ":partition": { S: partition }, ":prefix": { S: prefix } },
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    ),
  );
}

/** The keys of a resource's metadata versions that name no project, or an empty one. */
export function queryWithoutProject(client: DynamoDBClient, table: string, partition: string): NextPage<Item> {
  return paged((ExclusiveStartKey) =>
    client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "#partition = :partition AND begins_with(#sort, :prefix)",
        FilterExpression: "attribute_not_exists(#project) OR #project = :empty",
        ProjectionExpression: "#partition, #sort",
        ExpressionAttributeNames: {
          "#partition": keyNames.partition,
          "#sort": keyNames.sort,
          "#project": projectIndex.partition,
        },
        ExpressionAttributeValues: {
          ":partition": { S: partition },
          ":prefix": { S: VERSION_KEY_PREFIX },
          ":empty": { S: projectIndexKey("") },
        },
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    ),
  );
}

/** The keys that a sparse index has under one value. */
export function queryIndex(
  client: DynamoDBClient,
  table: string,
  index: { readonly name: string; readonly partition: string },
  value: string,
): NextPage<Item> {
  return paged((ExclusiveStartKey) =>
    client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index.name,
        KeyConditionExpression: "#partition = :partition",
        ExpressionAttributeNames: { "#partition": index.partition },
        ExpressionAttributeValues: { ":partition": { S: value } },
        ExclusiveStartKey,
      }),
    ),
  );
}

/** All keys that a sparse index has. */
export function scanIndex(client: DynamoDBClient, table: string, index: { readonly name: string }): NextPage<Item> {
  return paged((ExclusiveStartKey) =>
    client.send(new ScanCommand({ TableName: table, IndexName: index.name, ExclusiveStartKey })),
  );
}

/** The keys of all items of a table, in no order that says anything. */
export function scanKeys(client: DynamoDBClient, table: string): NextPage<Item> {
  return paged((ExclusiveStartKey) =>
    client.send(
      new ScanCommand({
        TableName: table,
        ProjectionExpression: "#partition, #sort",
        ExpressionAttributeNames: { "#partition": keyNames.partition, "#sort": keyNames.sort },
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    ),
  );
}

export async function* allOf(next: NextPage<Item>): AsyncGenerator<Item> {
  for (let page = await next(); page !== undefined; page = await next()) yield* page;
}
