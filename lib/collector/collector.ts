import type { StorageDriver } from "../storage/driver.ts";
import { datagramLimits, messageLimits } from "./decode/limits.ts";
import { decodeMsgpack } from "./decode/msgpack.ts";
import type { Judge } from "./judge.ts";
import { type ListenAddress, toListenUrl } from "./listener/listen-url.ts";
import type { Listener, ListenerOptions } from "./listener/listener.ts";
import type { ListenerCounters } from "./listener/listener-counters.ts";
import { createRecordQueue } from "./listener/record-queue.ts";
import { createTcpListener } from "./listener/tcp-listener.ts";
import { createUdpListener } from "./listener/udp-listener.ts";
import type { Logger } from "./logger.ts";
import { createRejectionLog } from "./rejection-log.ts";

/** The listening side of a collector: sockets, and one queue of genuine records that feeds storage. */
export interface Collector {
  /**
   * Opens every listener, or none.
   *
   * @returns where they listen, with the ports they got
   * @throws an Error that says what to do, when an address can't be bound
   */
  start(): Promise<readonly string[]>;
  /** Takes in what has arrived, stores what is queued, then closes. What can't be stored in time is counted failed. */
  stop(): Promise<void>;
  /** By the address that each listener got; frozen. Empty before the start. */
  counters(): Readonly<Record<string, ListenerCounters>>;
}

export interface CollectorOptions {
  readonly addresses: readonly ListenAddress[];
  readonly judge: Judge;
  readonly storage: StorageDriver;
  readonly logger: Logger;
  /** At the stop: how long storage may take to finish, in milliseconds. */
  readonly flushMs?: number;
}

/** Of the ten seconds that a stop may take where nobody grants more. */
const FLUSH_MS = 6_000;

export function createCollector({
  addresses,
  judge,
  storage,
  logger,
  flushMs = FLUSH_MS,
}: CollectorOptions): Collector {
  const rejections = createRejectionLog(logger);
  const queue = createRecordQueue({
    driver: storage,
    onFailed: (records, cause) =>
      logger.error("samples lost: storage did not take them", { count: records.length, cause }),
  });
  const listeners = addresses.map((address) => {
    const options: ListenerOptions = {
      host: address.host,
      port: address.port,
      queue,
      judge: (bytes) => {
        const decoded = decodeMsgpack(bytes, address.protocol === "udp" ? datagramLimits : messageLimits);
        return decoded.ok ? judge(decoded.value) : decoded;
      },
      onRejected: (rejection, _message, from) => rejections.note(rejection, from),
      onError: (error) => logger.error("a listener's socket failed", { listener: toListenUrl(address), error }),
    };
    return address.protocol === "udp" ? createUdpListener(options) : createTcpListener(options);
  });
  const started = new Map<string, Listener>();

  return {
    async start() {
      try {
        for (const listener of listeners) started.set(await listener.start(), listener);
      } catch (error) {
        await stopAll(listeners);
        throw error;
      }
      return Array.from(started.keys());
    },
    async stop() {
      await stopAll(listeners);
      await queue.drain(flushMs);
      rejections.close();
    },
    counters: () => Object.fromEntries(Array.from(started, ([url, listener]) => [url, listener.snapshot()])),
  };
}

async function stopAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.stop()));
}
