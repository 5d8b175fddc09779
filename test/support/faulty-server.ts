import { createServer, type Socket } from "node:net";
import { onLoopback } from "./loopback.ts";

/**
 * What a server does to each request. `silent`: takes it and says nothing. `half`: headers and a byte, then nothing.
 * `trickle`: a byte now and then, for ever. `later`: says that it is busy, for an hour.
 */
export type Misbehaviour = "silent" | "half" | "trickle" | "later";

export interface FaultyServer {
  readonly endpoint: string;
  readonly port: number;
  /** Connections so far. */
  readonly accepted: number;
  /** Bytes of requests so far. */
  readonly heard: number;
  /** Connections that are open now. */
  readonly open: number;
  close(): Promise<void>;
}

const HEADERS = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 100000\r\n\r\n{";
const BUSY =
  "HTTP/1.1 503 Service Unavailable\r\nretry-after: 3600\r\nx-amz-retry-after: 3600000\r\ncontent-length: 2\r\n\r\n{}";
const TRICKLE_MS = 20;

/** A server on this machine that accepts every connection, and never answers a request as it should. */
export async function startFaultyServer(misbehaviour: Misbehaviour): Promise<FaultyServer> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const figures = { accepted: 0, heard: 0 };
  const misbehave = (socket: Socket): void => {
    if (misbehaviour === "later") socket.write(BUSY);
    if (misbehaviour === "half" || misbehaviour === "trickle") socket.write(HEADERS);
    if (misbehaviour === "trickle") timers.add(setInterval(() => socket.write(" "), TRICKLE_MS));
  };
  const server = createServer((socket) => {
    figures.accepted++;
    sockets.add(socket);
    let isHeard = false;
    socket.on("data", (chunk) => {
      figures.heard += chunk.length;
      if (!isHeard || misbehaviour === "later") misbehave(socket);
      isHeard = true;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  const loopback = await onLoopback(server);
  return {
    endpoint: loopback.url,
    port: loopback.port,
    get accepted() {
      return figures.accepted;
    },
    get heard() {
      return figures.heard;
    },
    get open() {
      return sockets.size;
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await loopback.close();
    },
  };
}
