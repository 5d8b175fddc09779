import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { onLoopback } from "../support/loopback.ts";
import type { Random } from "../support/random.ts";

/** How a call ends that does not end well. `half`: the service did it, and says that it failed. */
type Fault = "refused" | "broken" | "half" | "unprocessed";
const faults: readonly Fault[] = ["refused", "broken", "half", "unprocessed"];

export interface FaultProxy {
  /** The server's URL, through the proxy. */
  readonly url: string;
  readonly counts: { readonly calls: number } & Readonly<Record<Fault, number>>;
  close(): Promise<void>;
}

/** Hands calls on to a server of DynamoDB's or S3's protocol, some of which fail: before, in the middle of, or after it did them. */
export async function openFaultProxy(serverUrl: string, random: Random, share: number): Promise<FaultProxy> {
  const counts = { calls: 0, refused: 0, broken: 0, half: 0, unprocessed: 0 };
  const nextFault = everyFaultInTurn(random);
  const server = createServer((inside, answer) => void handle(inside, answer).catch(() => answer.destroy()));
  const handle = async (inside: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of inside) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    // Only writes: what reads back is the test's own measure.
    const isWrite = inside.method === "PUT" || String(inside.headers["x-amz-target"]).endsWith("BatchWriteItem");
    counts.calls++;
    const fault = isWrite && random.chance(share) ? nextFault() : undefined;
    if (fault !== undefined) counts[fault]++;
    if (fault === "broken") answer.destroy();
    else if (fault === "refused") unavailable(answer);
    else if (fault === "half") {
      await forwarded(serverUrl, inside, body);
      unavailable(answer);
    } else if (fault === "unprocessed" && inside.method === "POST")
      await halfProcessed(serverUrl, inside, body, answer);
    else reply(answer, await forwarded(serverUrl, inside, body));
  };
  const loopback = await onLoopback(server);
  return {
    url: loopback.url,
    counts,
    close: loopback.close,
  };
}

/** Rounds of all kinds in random order: of independent draws a short run can miss a kind that its test then asks for. */
function everyFaultInTurn(random: Random): () => Fault | undefined {
  let round: Fault[] = [];
  return () => {
    if (round.length === 0) round = [...faults];
    return round.splice(random.integer(round.length), 1)[0];
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

async function forwarded(serverUrl: string, inside: IncomingMessage, body: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(serverUrl);
  const headers = { ...inside.headers, "content-length": String(body.length) };
  const outside = request({ hostname, port, path: inside.url, method: inside.method, headers });
  outside.end(body);
  const [response]: IncomingMessage[] = await once(outside, "response");
  if (response === undefined) throw new Error("no response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode ?? 500, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Does half of a batch, and gives the rest back unprocessed, as a throttled table does. */
async function halfProcessed(serverUrl: string, inside: IncomingMessage, body: Buffer, answer: ServerResponse) {
  const batch: { RequestItems: Record<string, unknown[]> } = JSON.parse(body.toString("utf8"));
  const tables = Object.entries(batch.RequestItems);
  const left = tables.map(([table, items]) => [table, items.filter((_, index) => index % 2 === 1)] as const);
  const done = tables.map(([table, items]) => [table, items.filter((_, index) => index % 2 === 0)] as const);
  const half = Buffer.from(JSON.stringify({ ...batch, RequestItems: Object.fromEntries(done) }));
  const { status, headers, body: said } = await forwarded(serverUrl, inside, half);
  const UnprocessedItems = Object.fromEntries(left.filter(([, items]) => items.length > 0));
  const { "x-amz-crc32": _, ...rest } = headers;
  reply(answer, {
    status,
    headers: rest,
    body: Buffer.from(JSON.stringify({ ...JSON.parse(said.toString("utf8")), UnprocessedItems })),
  });
}

function reply(answer: ServerResponse, { status, headers, body }: Answer): void {
  const { "transfer-encoding": _, connection: __, ...kept } = headers;
  answer.writeHead(status, { ...kept, "content-length": body.length }).end(body);
}

function unavailable(answer: ServerResponse): void {
  answer.writeHead(503, { "content-type": "application/x-amz-json-1.0" }).end("{}");
}
