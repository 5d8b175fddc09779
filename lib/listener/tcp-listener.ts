import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createIntake } from "../dispatch/intake.ts";
import { newConnectionCounters, newCounters, snapshotOf } from "../ledger/socket-counters.ts";
import { bindAddress } from "./bind-address.ts";
import { bindError } from "./bind-error.ts";
import { toListenUrl } from "./listen-url.ts";
import type { Listener, ListenerOptions } from "./listener.ts";
import { TcpConnection } from "./tcp-connection.ts";
import { type TcpLimits, tcpLimits } from "./tcp-limits.ts";
import { untilQuiet } from "./until-idle.ts";

/**
 * Finds a publisher that is gone without a word. Between frames nothing else ends a connection: the publisher
 * notices a close only by losing the first sample after it.
 */
const KEEP_ALIVE_DELAY_MS = 60_000;

export interface TcpListenerOptions extends ListenerOptions {
  readonly limits?: Partial<TcpLimits>;
}

/** Takes one message a frame: an 8-byte little-endian length, then so many bytes. A full queue pauses the senders. */
export function createTcpListener(options: TcpListenerOptions): Listener {
  const { host, port, queue } = options;
  const limits = tcpLimits(options.limits);
  const connectionCounters = newConnectionCounters();
  const counters = newCounters(connectionCounters);
  const intake = createIntake("tcp", options, counters);
  const context = { intake, queue, limits, counters: connectionCounters };
  const connections = new Set<TcpConnection>();
  let arrivedBytes = 0;
  let server: Server | undefined;
  let starting: Promise<string> | undefined;
  let stopping: Promise<void> | undefined;

  const connect = (socket: Socket): void => {
    connectionCounters.accepted++;
    connectionCounters.open++;
    connections.add(new TcpConnection(socket, context, (concluded) => connections.delete(concluded)));
    socket.on("data", (chunk: Buffer) => {
      arrivedBytes += chunk.length;
    });
    socket.once("close", () => {
      connectionCounters.open--;
    });
  };

  const start = async (): Promise<string> => {
    try {
      const { address, family } = await bindAddress(host);
      const opened = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS }, connect);
      opened.maxConnections = limits.maxConnections;
      opened.on("drop", () => {
        connectionCounters.refused++;
      });
      const listening = once(opened, "listening");
      opened.listen({ host: address, port, ipv6Only: family === 6, exclusive: true });
      await listening;
      opened.on("error", intake.report);
      server = opened;
      const bound = opened.address();
      if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
      return toListenUrl({ protocol: "tcp", host: bound.address, port: bound.port });
    } catch (error) {
      throw bindError(toListenUrl({ protocol: "tcp", host, port }), error);
    }
  };

  const isWaiting = (): boolean => [...connections].some(({ waiting }) => waiting);

  const stop = async (): Promise<void> => {
    await starting?.catch(() => undefined);
    if (server === undefined) return;
    const closed = new Promise((resolve) => server?.close(resolve));
    await untilQuiet(() => arrivedBytes, isWaiting, limits.stopWithinMs);
    await Promise.all(Array.from(connections, (connection) => connection.finish()));
    await closed;
  };

  return {
    counters,
    snapshot: () => snapshotOf(counters),
    start() {
      if (starting !== undefined || stopping !== undefined) throw new Error("a listener is started once");
      starting = start();
      return starting;
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
