import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { prometheusContentType } from "../ledger/prometheus.ts";
import { bindError } from "./socket/bind-error.ts";

/** Answers those who watch over a collector: `/healthz` and `/metrics`, nothing else. */
export interface HealthServer {
  /**
   * @returns where it listens: `http://127.0.0.1:41234`
   * @throws an Error that says what to do, when the port can't be bound
   */
  start(): Promise<string>;
  /** Closes the port and every connection. Twice is fine. */
  stop(): Promise<void>;
}

export interface HealthServerOptions {
  /** An address; IPv6 without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /**
   * Whether datagrams and frames are welcome here. Storage has no say in it: a service that ends all its tasks
   * while storage is down loses more than one that waits.
   */
  readonly isHealthy: () => boolean;
  /** The text that `/metrics` shows. */
  readonly metrics: () => string;
  /** Told of the port's own errors after the start. */
  readonly onError: (error: unknown) => void;
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestWithinMs?: number;
}

/** A load balancer and a scraper need a handful; the rest is for what comes at once from several zones. */
const MAX_CONNECTIONS = 64;
/** A probe's whole request is one small segment, so this is generous, and frees a connection that says nothing. */
const REQUEST_WITHIN_MS = 5_000;
/** Probes send some 200 bytes. */
const MAX_HEADER_BYTES = 4_096;
/** Bounds what one connection can ask for ahead without reading the answers. */
const MAX_REQUESTS_A_CONNECTION = 100;

const METHODS: readonly string[] = ["GET", "HEAD"];
const TEXT = "text/plain; charset=utf-8";

interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

export function createHealthServer(options: HealthServerOptions): HealthServer {
  const { host, port, isHealthy, metrics, onError, requestWithinMs = REQUEST_WITHIN_MS } = options;
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: requestWithinMs,
      requestTimeout: requestWithinMs,
      keepAliveTimeout: requestWithinMs,
      connectionsCheckingInterval: requestWithinMs / 5,
    },
    (request, response) => send(response, answer(request)),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.maxRequestsPerSocket = MAX_REQUESTS_A_CONNECTION;
  // Ends a connection that neither speaks nor reads.
  server.setTimeout(2 * requestWithinMs);

  const answer = ({ method = "", url = "" }: IncomingMessage): Answer => {
    const [path] = url.split("?");
    if (path !== "/healthz" && path !== "/metrics") return { status: 404, body: "not found\n" };
    if (!METHODS.includes(method)) return { status: 405, body: "method not allowed\n" };
    if (path === "/metrics") return { status: 200, contentType: prometheusContentType, body: metrics() };
    return isHealthy() ? { status: 200, body: "receiving\n" } : { status: 503, body: "not receiving\n" };
  };

  return {
    async start() {
      try {
        const listening = once(server, "listening");
        server.listen({ host, port, exclusive: true });
        await listening;
      } catch (error) {
        throw bindError(toHttpUrl(host, port), error);
      }
      server.on("error", onError);
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
      return toHttpUrl(bound.address, bound.port);
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, { status, contentType = TEXT, body }: Answer): void {
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": Buffer.byteLength(body),
    ...(status === 405 && { allow: METHODS.join(", ") }),
  });
  response.end(body);
}

function toHttpUrl(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
