import { createConflictLog } from "../dispatch/conflict-log.ts";
import { createPendingMessages } from "../dispatch/pending-messages.ts";
import { createRecentlyRecorded, type RecentlyRecorded } from "../dispatch/recently-recorded.ts";
import { createRecordQueue } from "../dispatch/record-queue.ts";
import type { SpillQueue } from "../dispatch/spill-queue.ts";
import { createSpiller } from "../dispatch/spiller.ts";
import { watchedStorage } from "../dispatch/watched-storage.ts";
import type { Judge } from "../judge/judge.ts";
import type { ListenerCounters } from "../ledger/socket-counters.ts";
import type { Logger } from "../log/logger.ts";
import { createSummedLine } from "../log/summed-line.ts";
import type { QuarantineQuota } from "../quarantine/quarantine-quota.ts";
import type { StorageDriver } from "../storage/driver.ts";
import { cutDetails } from "./cut-details.ts";
import { createIntervalLog } from "./interval-log.ts";
import { createRejectionLog } from "./rejection-log.ts";
import { withoutOverlap } from "./socket/dual-stack.ts";
import { type ListenAddress, toListenUrl } from "./socket/listen-url.ts";
import type { Listener, ListenerOptions } from "./socket/listener.ts";
import { descriptorsFor, watchDescriptors } from "./tcp/descriptors.ts";
import type { CutCause } from "./tcp/tcp-connection.ts";
import { type TcpLimits, tcpLimits } from "./tcp/tcp-limits.ts";
import { createTcpListener } from "./tcp/tcp-listener.ts";
import { createUdpListener } from "./udp/udp-listener.ts";

/** The listening side of a collector: sockets, one queue of genuine records that feeds storage, and what it spills into. */
export interface SocketCollector {
  /**
   * Opens every listener, or none.
   *
   * @returns where they listen, with the ports they got
   * @throws an Error that says what to do, when an address can't be bound
   */
  start(): Promise<readonly string[]>;
  /** Takes in what has arrived, stores or spills what is held, then closes. What neither takes in time is counted. */
  stop(): Promise<void>;
  /** By the address that each listener got; frozen. Empty before the start. */
  counters(): Readonly<Record<string, ListenerCounters>>;
}

export interface SocketCollectorOptions {
  readonly addresses: readonly ListenAddress[];
  readonly judge: Judge;
  readonly storage: StorageDriver;
  readonly logger: Logger;
  /** Takes what storage can't. @default none: what storage refuses for long is lost, and counted */
  readonly spillQueue?: SpillQueue | undefined;
  /** Keeps some of what is rejected. @default none: it is only logged and counted */
  readonly quarantine?: QuarantineQuota | undefined;
  /** The records stored a moment ago, if others of this process record as well. @default its own */
  readonly recent?: RecentlyRecorded;
  /** The limits on what outsiders may make each TCP listener hold. @default as `tcpLimits` says */
  readonly tcp?: Partial<TcpLimits>;
  /** At the stop: how long storage may take to finish, in milliseconds. */
  readonly flushMs?: number;
  /** At the stop, after that: how long the spill queue may take. */
  readonly spillMs?: number;
}

/** Parts of the ten seconds that a stop may take where nobody grants more. */
const FLUSH_MS = 4_000;
const SPILL_MS = 3_000;

/** With a spill queue, which is durable: sooner than memory fills up. */
const RETRY_BEFORE_SPILLING_MS = 5_000;

export function createSocketCollector({
  addresses,
  judge,
  storage,
  logger,
  spillQueue,
  quarantine,
  recent = createRecentlyRecorded({ onConflict: createConflictLog(logger) }),
  tcp = {},
  flushMs = FLUSH_MS,
  spillMs = SPILL_MS,
}: SocketCollectorOptions): SocketCollector {
  const rejections = createRejectionLog(logger);
  const cuts = createIntervalLog<CutCause>({ logger, message: "TCP connections refused or closed" });
  const pending = createPendingMessages();
  const spiller = spillQueue && createSpiller({ queue: spillQueue, logger });
  const watched = watchedStorage(storage, logger);
  const givenUp = createSummedLine((fields) => {
    if (spiller === undefined) logger.error("samples lost: storage did not take them", fields);
    else logger.warn("storage did not take samples, which go to the spill queue", fields);
  });
  const queue = createRecordQueue({
    driver: watched.driver,
    ...(spiller && { retryForMs: RETRY_BEFORE_SPILLING_MS }),
    onFailed: (records, cause) => givenUp.note(records.length, { cause }),
  });
  const listeners = withoutOverlap(addresses).map((address) => {
    const options: ListenerOptions = {
      host: address.host,
      port: address.port,
      ipv6Only: address.ipv6Only,
      queue,
      recent,
      pending,
      spiller,
      judge: judge.bytes,
      onRejected: (suspect, from) => {
        for (const rejection of suspect.rejected) rejections.note(rejection, from);
        quarantine?.offer(suspect);
      },
      onError: (error) => logger.error("a listener's socket failed", { listener: toListenUrl(address), error }),
    };
    if (address.protocol === "udp") return createUdpListener(options);
    return createTcpListener({
      ...options,
      limits: tcp,
      onCut: (cause, from) => cuts.note(cause, { detail: cutDetails[cause], from }),
    });
  });
  const started = new Map<string, Listener>();

  const stop = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.stop()));
    // Records that storage does not take by then are given up, and fall to the spiller.
    await queue.drain(flushMs);
    await spiller?.drain(spillMs);
    for (const log of [rejections, cuts, watched, givenUp]) log.close();
  };

  const warnOfDescriptors = (): void => {
    const { limit } = watchDescriptors();
    const connections = tcpLimits(tcp).maxConnections * addresses.filter(({ protocol }) => protocol === "tcp").length;
    const needed = descriptorsFor(connections);
    if (limit === undefined || connections === 0 || limit >= needed) return;
    const message =
      "this process may open fewer files than TCP connections are allowed: raise ulimit -n, or allow fewer";
    logger.warn(message, { limit, needed, connections });
  };

  return {
    async start() {
      warnOfDescriptors();
      try {
        for (const listener of listeners) started.set(await listener.start(), listener);
      } catch (error) {
        // Those that were opened may have received something.
        await stop();
        throw error;
      }
      return Array.from(started.keys());
    },
    stop,
    counters: () => Object.fromEntries(Array.from(started, ([url, listener]) => [url, listener.snapshot()])),
  };
}
