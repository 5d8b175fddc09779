import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** What became of one event. */
export type Answer =
  | { readonly kind: "response"; readonly value: unknown }
  /** What the function threw, as its runtime reports it: errorType, errorMessage, stackTrace. */
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "timeout" };

/** How a function's start ended. */
export type Started = { readonly kind: "ready" } | { readonly kind: "init-error"; readonly error: unknown };

/** The side of Lambda that a function's runtime talks to, for one process of one function. */
export interface RuntimeApi {
  /** For `AWS_LAMBDA_RUNTIME_API`: host and port. */
  readonly address: string;
  /** Settles when the runtime first asks for an event or reports that it can't start. */
  readonly started: Promise<Started>;
  /** Hands over one event; the time-out counts from when the runtime takes it. One at a time. */
  invoke(event: unknown, timeoutMs: number): Promise<Answer>;
  stop(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly timeoutMs: number;
  readonly settle: (answer: Answer) => void;
}

const PREFIX = "/2018-06-01/runtime";
const HOST = "127.0.0.1";

export async function startRuntimeApi(functionArn: string): Promise<RuntimeApi> {
  let settleStart: (started: Started) => void = () => undefined;
  const started = new Promise<Started>((resolve) => {
    settleStart = resolve;
  });
  let asking: ServerResponse | undefined;
  let waiting: Invocation | undefined;
  let current: Invocation | undefined;

  function handOver(): void {
    if (asking === undefined || waiting === undefined) return;
    const invocation = waiting;
    current = invocation;
    const deadline = Date.now() + invocation.timeoutMs;
    asking.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.id,
      "lambda-runtime-deadline-ms": String(deadline),
      "lambda-runtime-invoked-function-arn": functionArn,
      "lambda-runtime-trace-id": `Root=1-${Math.floor(deadline / 1_000).toString(16)}-${"0".repeat(24)};Sampled=0`,
    });
    asking.end(invocation.event);
    asking = undefined;
    waiting = undefined;
    setTimeout(() => settle(invocation.id, { kind: "timeout" }), invocation.timeoutMs).unref();
  }

  /** @returns false for an invocation that is over, or never was */
  function settle(id: string, answer: Answer): boolean {
    if (current?.id !== id) return false;
    current.settle(answer);
    current = undefined;
    return true;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (request.method === "GET" && path === `${PREFIX}/invocation/next`) {
      asking = response;
      settleStart({ kind: "ready" });
      return handOver();
    }
    const body = parsed(await text(request));
    if (request.method === "POST" && path === `${PREFIX}/init/error`) {
      settleStart({ kind: "init-error", error: body });
      return accept(response);
    }
    const [, id = "", what] = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method !== "POST" || what === undefined) return refuse(response, 404, "NotFound");
    const known = settle(id, what === "response" ? { kind: "response", value: body } : { kind: "error", error: body });
    return known ? accept(response) : refuse(response, 400, "InvalidRequestID");
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => refuse(response, 500, "InternalError"));
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the Runtime API got no port");

  return {
    address: `${HOST}:${bound.port}`,
    started,
    invoke(event, timeoutMs) {
      if (waiting !== undefined || current !== undefined) throw new Error("a function takes one event at a time");
      return new Promise((settleInvocation) => {
        waiting = { id: randomUUID(), event: JSON.stringify(event), timeoutMs, settle: settleInvocation };
        handOver();
      });
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
}

function refuse(response: ServerResponse, status: number, errorType: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ errorType }));
}

/** What a function answers may be anything, even nothing. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
