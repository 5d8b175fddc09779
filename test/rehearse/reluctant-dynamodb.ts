import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onLoopback } from "../support/loopback.ts";
import { isObject, type Json, listAt, objectAt, parseJson, textAt } from "./json.ts";

/** DynamoDB with faults in front of it: items that it leaves unprocessed, as a table does that is short of capacity, or an outage. */
export interface ReluctantDynamoDb {
  readonly endpoint: string;
  /** Leaves unprocessed what the function says of an item's sort key; nothing from the beginning. */
  leave(unprocessed: (sortKey: string) => boolean): void;
  /** Whether every call is answered with an error: of the service's own, or that the caller has no right. None is from the beginning. */
  refuse(all: boolean | "without a right"): void;
  /** Ids of the keys that calls were signed with so far. */
  readonly signers: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** The other side's own headers for one hop, and those that no longer hold for a body that was changed. */
const NOT_FORWARDED = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
  "x-amz-crc32",
]);

const OUTAGE = JSON.stringify({
  __type: "com.amazonaws.dynamodb.v20120810#InternalServerError",
  message: "on purpose",
});
const NO_RIGHT = JSON.stringify({
  __type: "com.amazon.coral.service#AccessDeniedException",
  Message: "on purpose",
});

/** @param behind the endpoint that does the work */
export async function startReluctantDynamoDb(behind: string): Promise<ReluctantDynamoDb> {
  let unprocessed: (sortKey: string) => boolean = () => false;
  let refused: boolean | "without a right" = false;
  const signers = new Set<string>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    signers.add(/Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "");
    if (refused === "without a right") return send(response, 400, NO_RIGHT);
    if (refused) return send(response, 500, OUTAGE);
    const isBatch = /BatchWriteItem$/.test(String(request.headers["x-amz-target"]));
    const asked = isBatch ? parseJson(body) : undefined;
    const { kept, leftOver, count } = split(objectAt(asked, "RequestItems"), unprocessed);
    if (!isObject(asked) || count === 0) return forward(request.headers, body, response);
    if (Object.keys(kept).length === 0) return send(response, 200, JSON.stringify({ UnprocessedItems: leftOver }));
    return forward(request.headers, JSON.stringify({ ...asked, RequestItems: kept }), response, leftOver);
  }

  async function forward(
    headers: IncomingHttpHeaders,
    body: string,
    response: ServerResponse,
    leftOver: Readonly<Record<string, Json>> = {},
  ): Promise<void> {
    const done = await fetch(behind, { method: "POST", headers: forwarded(headers), body });
    const answered = await done.text();
    if (Object.keys(leftOver).length === 0 || !done.ok) return send(response, done.status, answered);
    send(response, 200, JSON.stringify({ ...objectAt(parseJson(answered)), UnprocessedItems: leftOver }));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => send(response, 500, JSON.stringify({ message: String(error) })));
  });
  const loopback = await onLoopback(server);

  return {
    endpoint: loopback.url,
    signers,
    leave(said) {
      unprocessed = said;
    },
    refuse(all) {
      refused = all;
    },
    stop: loopback.close,
  };
}

function split(tables: Readonly<Record<string, Json>>, unprocessed: (sortKey: string) => boolean) {
  const kept: Record<string, Json> = {};
  const leftOver: Record<string, Json> = {};
  let count = 0;
  for (const [table, requests] of Object.entries(tables)) {
    const leaves = (request: Json) => unprocessed(textAt(request, "PutRequest", "Item", "sk", "S"));
    const [leave, keep] = [true, false].map((wanted) => listAt(requests).filter((one) => leaves(one) === wanted));
    if (leave?.length) leftOver[table] = leave;
    if (keep?.length) kept[table] = keep;
    count += leave?.length ?? 0;
  }
  return { kept, leftOver, count };
}

function forwarded(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      NOT_FORWARDED.has(name) || value === undefined ? [] : [[name, String(value)]],
    ),
  );
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(body);
}
