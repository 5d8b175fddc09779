import type {
  AttributeValue,
  BatchWriteItemCommandInput,
  DynamoDBClient,
  ServiceInputTypes,
  WriteRequest,
} from "@aws-sdk/client-dynamodb";
import type { Item } from "./layout/limits.ts";

/**
 * Has the client send batches of puts as a text that is written here in one go.
 *
 * The SDK writes any body of any service by a schema, which takes longer than all else that it does for a sample. Signing,
 * retries, credentials and endpoints stay its own. What is not one of our batches it writes itself.
 */
export function sendTextBodies(client: DynamoDBClient): void {
  // It makes a copy of every input for a log that nobody has asked for.
  client.middlewareStack.remove("loggerMiddleware");
  const bodies = new WeakMap<object, string>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { input } = args;
      if (!isBatchWrite(context.commandName ?? "", input)) return next(args);
      const body = bodyOf(input);
      if (body === undefined) return next(args);
      bodies.set(context, body);
      return next({ ...args, input: withoutItems(input) });
    },
    { name: "textBodyMiddleware", step: "serialize", priority: "high", override: true },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const body = bodies.get(context);
      if (body !== undefined && isRequest(args.request)) args.request.body = body;
      return next(args);
    },
    { name: "putTextBodyMiddleware", step: "build", priority: "high", override: true },
  );
}

function isBatchWrite(command: string, input: ServiceInputTypes): input is BatchWriteItemCommandInput {
  return command === "BatchWriteItemCommand" && "RequestItems" in input;
}

function isRequest(request: unknown): request is { body?: unknown } {
  return typeof request === "object" && request !== null;
}

/** Names of tables stay: an account's own endpoint is found by them. */
function withoutItems(input: BatchWriteItemCommandInput): BatchWriteItemCommandInput {
  const tables = Object.keys(input.RequestItems ?? {});
  return { ...input, RequestItems: Object.fromEntries(tables.map((table) => [table, []])) };
}

/** @returns undefined for what is more than puts of plain items */
export function bodyOf({ RequestItems: tables = {}, ...others }: BatchWriteItemCommandInput): string | undefined {
  const parts: string[] = [];
  for (const [table, requests] of Object.entries(tables)) {
    const items = requests.map(putText);
    if (items.includes(undefined)) return undefined;
    parts.push(`${JSON.stringify(table)}:[${items.join(",")}]`);
  }
  const rest = JSON.stringify(others).slice(1, -1);
  return `{"RequestItems":{${parts.join(",")}}${rest === "" ? "" : `,${rest}`}}`;
}

function putText({ PutRequest: put, DeleteRequest: removed }: WriteRequest): string | undefined {
  const item = put?.Item === undefined || removed !== undefined ? undefined : itemText(put.Item);
  return item && `{"PutRequest":{"Item":${item}}}`;
}

function itemText(item: Item): string | undefined {
  let text = "";
  for (const name in item) {
    const value = item[name];
    const written = value && attributeText(value);
    if (written === undefined) return undefined;
    text = `${text}${text === "" ? "{" : ","}"${name}":${written}`;
  }
  return `${text}}`;
}

function attributeText({ S, N, B, NULL }: AttributeValue): string | undefined {
  if (S !== undefined) return `{"S":${JSON.stringify(S)}}`;
  if (N !== undefined) return `{"N":"${N}"}`;
  if (B !== undefined) return `{"B":"${Buffer.from(B.buffer, B.byteOffset, B.length).toString("base64")}"}`;
  return NULL === true ? '{"NULL":true}' : undefined;
}
