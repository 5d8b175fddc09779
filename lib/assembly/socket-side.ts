import { setTimeout as pause } from "node:timers/promises";
import { warmUp } from "../judge/warm-up.ts";
import { createMetricsWriter } from "../ledger/emf.ts";
import type { Ledgers } from "../ledger/ledger.ts";
import { SOCKET_METRICS_INTERVAL_MS } from "../ledger/metrics.ts";
import { toPrometheus } from "../ledger/prometheus.ts";
import { createHealthServer, type HealthServer } from "../listener/health-server.ts";
import { stopTimes } from "../listener/stop-times.ts";
import { errorMessage } from "../log/error-message.ts";
import { createLogger, type Logger } from "../log/logger.ts";
import { type Environment, environmentNames, type Settings } from "../settings.ts";
import type { StorageKind } from "../storage/storage-kind.ts";
import { checkQueues, type WantedQueue } from "./check-queues.ts";
import { composeSocketSide } from "./compose-socket-side.ts";
import { closeParts, openPartsInTime, type Parts } from "./open-parts.ts";
import { reloadParts } from "./reload-parts.ts";
import { addressesOf, type Problems, socketSettings, tcpLimitsOf } from "./socket-settings.ts";
import { tellMissing } from "./tell-missing.ts";

/** The socket side of a deployment: listeners, health port and metrics in one process. */
export interface UdpCollector {
  readonly listening: readonly string[];
  /** The address of `/healthz` and `/metrics`; null if the settings name no port. */
  readonly health: string | null;
  ledgers(): Ledgers;
  /** Reads again what it was told by files. */
  reload(): Promise<void>;
  /**
   * Fails the health check, goes on receiving for the drain period, then closes the sockets and stores or spills what
   * it holds. Called again, cuts the drain period short.
   */
  stop(): Promise<void>;
}

export interface UdpCollectorOptions {
  /** Takes the log and the metrics, a line of JSON at a time; `false` for one that it dropped. */
  readonly write: (line: string) => unknown;
  /** How many lines that was. @default none */
  readonly droppedLines?: () => number;
  /** That a storage URL may name. */
  readonly drivers: readonly StorageKind[];
  /** By default the process's own. */
  readonly environment?: Environment;
  readonly drainMs?: number;
  readonly metricsIntervalMs?: number;
  /** Ends a start that waits for keys, or for storage. */
  readonly giveUp?: AbortSignal;
}

/**
 * Opens all that the settings name, waiting for what can't be reached yet; unhealthy meanwhile. With a spill queue keys
 * alone are waited for: what comes before storage is open is spilled.
 */
export async function startUdpCollector(options: UdpCollectorOptions): Promise<UdpCollector | Problems> {
  const logger = createLogger(options.write);
  const read = socketSettings(options.drivers, options.environment);
  if ("problems" in read) return read;
  const { settings } = read;
  const state: { running?: Running } = {};
  // First, so that who asks while keys or storage are not there yet hears that we are not ready.
  const health = healthServerFor(settings, logger, {
    isHealthy: () => state.running?.receiving === true,
    metrics: () => state.running?.figures() ?? "",
  });
  const ending = new AbortController();
  if (options.giveUp?.aborted) ending.abort();
  options.giveUp?.addEventListener("abort", () => ending.abort(), { once: true });
  const startAll = async (): Promise<UdpCollector | Problems> => {
    const at = (await health?.start()) ?? null;
    const unusable = await checkQueues(spillQueueOf(settings), { logger, stop: ending.signal });
    if (unusable.length > 0) return { problems: unusable };
    const opened = await openPartsInTime(
      { ...settings, drivers: options.drivers, startsWithoutStorage: settings.spillQueue !== null },
      logger,
      options.giveUp ?? new AbortController().signal,
    );
    if (!opened.ok) return { problems: opened.problems };
    const { parts } = opened;
    try {
      return await receive({ settings, parts, logger, health, at, state, ending }, options);
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
  };
  let started: UdpCollector | Problems;
  try {
    started = await startAll();
  } catch (error) {
    started = { problems: [errorMessage(error)] };
  }
  if ("problems" in started) {
    ending.abort();
    await health?.stop();
  }
  return started;
}

function spillQueueOf({ spillQueue }: Settings): readonly WantedQueue[] {
  return spillQueue === null ? [] : [{ name: environmentNames.spillQueue, url: spillQueue, use: "spilled to" }];
}

/** The state of the process that the health port answers from. */
interface Running {
  receiving: boolean;
  figures(): string;
}

interface Opened {
  readonly settings: Settings;
  readonly parts: Parts;
  readonly logger: Logger;
  readonly health: HealthServer | undefined;
  /** The address of the health port. */
  readonly at: string | null;
  readonly state: { running?: Running };
  /** Aborted with the end of all that is done beside receiving. */
  readonly ending: AbortController;
}

async function receive(opened: Opened, options: UdpCollectorOptions): Promise<UdpCollector> {
  const { settings, parts, logger, health, at, state, ending } = opened;
  const { collector, quota, ledgers, processLedger } = composeSocketSide(parts, {
    addresses: addressesOf(settings),
    tcp: tcpLimitsOf(settings),
    logger,
    flushMs: stopTimes.flushMs,
    spillMs: stopTimes.spillMs,
  });
  warmUp(parts.judge);
  const started = { health: at, listening: await collector.start() };
  const counted = () => processLedger(options.droppedLines?.() ?? 0);
  const running: Running = { receiving: true, figures: () => toPrometheus(ledgers(), counted()) };
  state.running = running;
  const metrics = createMetricsWriter({ stage: settings.stage, write: options.write });
  const writeMetrics = () => metrics.write(ledgers(), counted());
  const timer = setInterval(writeMetrics, options.metricsIntervalMs ?? SOCKET_METRICS_INTERVAL_MS);
  logger.info("receiving", { ...started, storage: parts.storage.name, stage: settings.stage });
  tellMissing(parts, logger);

  const drain = new AbortController();
  const stop = async (): Promise<void> => {
    running.receiving = false;
    ending.abort();
    const drainMs = options.drainMs ?? stopTimes.drainMs;
    logger.info("draining", { milliseconds: drainMs });
    await pause(drainMs, undefined, { signal: drain.signal }).catch(() => "cut short");
    await collector.stop();
    await quota?.close();
    await closeParts(parts);
    clearInterval(timer);
    writeMetrics();
    await health?.stop();
    logger.info("stopped", { ledgers: ledgers() });
  };
  let stopping: Promise<void> | undefined;

  return {
    ...started,
    ledgers,
    reload: () => reloadParts(parts, logger),
    stop() {
      if (stopping !== undefined) drain.abort();
      stopping ??= stop();
      return stopping;
    },
  };
}

function healthServerFor(
  { healthPort, healthHost: host }: Settings,
  logger: Logger,
  answers: { readonly isHealthy: () => boolean; readonly metrics: () => string },
): HealthServer | undefined {
  if (healthPort === null) return undefined;
  const onError = (error: unknown) => logger.error("the health port's socket failed", { error });
  return createHealthServer({ host, port: healthPort, onError, ...answers });
}
