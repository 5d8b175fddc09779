import { setTimeout as pause } from "node:timers/promises";
import { type Collector, createCollector } from "../../lib/collector/collector.ts";
import { createMetricsWriter } from "../../lib/collector/emf.ts";
import { createHealthServer, type HealthServer } from "../../lib/collector/health-server.ts";
import type { Judge } from "../../lib/collector/judge.ts";
import type { Ledgers } from "../../lib/collector/ledger.ts";
import { type ListenAddress, parseListenUrl } from "../../lib/collector/listener/listen-url.ts";
import { listenerLedgers } from "../../lib/collector/listener/listener-ledger.ts";
import { createLogger, type Logger } from "../../lib/collector/logger.ts";
import { toPrometheus } from "../../lib/collector/prometheus.ts";
import { type Environment, environmentNames, fromEnvironment, type Settings } from "../../lib/collector/settings.ts";
import { openJudge } from "../../lib/keys/open-judge.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { parseStorageUrl, splitUrls } from "../../lib/storage/storage-url.ts";

/** The socket side of a deployment: listeners, health port and metrics in one process. */
export interface UdpCollector {
  readonly listening: readonly string[];
  /** Where `/healthz` and `/metrics` are; null if the settings name no port. */
  readonly health: string | null;
  ledgers(): Ledgers;
  /**
   * Fails the health check, goes on receiving for the drain period, then closes the sockets and stores what it
   * holds. Called again, cuts the drain period short.
   */
  stop(): Promise<void>;
}

export interface UdpCollectorOptions {
  /** Takes the log and the metrics, a line of JSON at a time. */
  readonly write: (line: string) => void;
  /** By default the process's own. */
  readonly environment?: Environment;
  readonly drainMs?: number;
  readonly metricsIntervalMs?: number;
  /** Where the health port is bound. */
  readonly healthHost?: string;
}

/** Everything that stands in the way of a start. */
export interface Problems {
  readonly problems: readonly string[];
}

/**
 * How long datagrams are still welcome after the first signal: a load balancer takes a task out of its rotation
 * only after failed checks, and what it sends until then would be lost without a trace.
 */
const DRAIN_MS = 15_000;
/** For storage to take what is held: longer than a record is tried again, and with the drain within ECS's 120 s. */
const FLUSH_MS = 60_000;
/** Two points a minute, the finest that CloudWatch keeps by default being one; more lines would only cost. */
const METRICS_INTERVAL_MS = 30_000;
/** Every address of the task, of which the load balancer checks one. */
const HEALTH_HOST = "0.0.0.0";

interface Parts {
  readonly settings: Settings;
  readonly judge: Judge;
  readonly storage: StorageDriver;
}

/** Opens all that the settings name. */
export async function startUdpCollector(options: UdpCollectorOptions): Promise<UdpCollector | Problems> {
  const logger = createLogger(options.write);
  const parts = await openParts(logger, options.environment);
  if ("problems" in parts) return parts;
  const { settings, judge, storage } = parts;
  let receiving = false;
  const addresses = addressesOf(settings);
  const collector = createCollector({ addresses, judge, storage, logger, flushMs: FLUSH_MS });
  const ledgers = () => listenerLedgers(collector.counters());
  const health = healthServerFor(settings, options.healthHost, logger, {
    isHealthy: () => receiving,
    metrics: () => toPrometheus(ledgers()),
  });
  let started: Pick<UdpCollector, "listening" | "health">;
  try {
    started = await startAll(collector, health);
  } catch (error) {
    await Promise.all([health?.stop(), storage.close()]);
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
  receiving = true;
  const metrics = createMetricsWriter({ stage: settings.stage, write: options.write });
  const timer = setInterval(() => metrics.write(ledgers()), options.metricsIntervalMs ?? METRICS_INTERVAL_MS);
  logger.info("receiving", { ...started, storage: storage.name, stage: settings.stage });

  const drain = new AbortController();
  const stop = async (): Promise<void> => {
    receiving = false;
    const drainMs = options.drainMs ?? DRAIN_MS;
    logger.info("draining", { milliseconds: drainMs });
    await pause(drainMs, undefined, { signal: drain.signal }).catch(() => "cut short");
    await collector.stop();
    clearInterval(timer);
    metrics.write(ledgers());
    await Promise.all([health?.stop(), storage.close()]);
    logger.info("stopped", { ledgers: ledgers() });
  };
  let stopping: Promise<void> | undefined;

  return {
    ...started,
    ledgers,
    stop() {
      if (stopping !== undefined) drain.abort();
      stopping ??= stop();
      return stopping;
    },
  };
}

async function openParts(logger: Logger, environment?: Environment): Promise<Parts | Problems> {
  const read = fromEnvironment(environment);
  const { settings } = read;
  const problems = read.ok ? [] : [...read.problems];
  if (settings.listen.length === 0) {
    problems.push(`${environmentNames.listen} is missing: give an address such as udp://0.0.0.0:4952`);
  }
  // Before the storage is opened, which may create something.
  const storageUrls = settings.storage === "" ? [] : splitUrls(settings.storage).map(parseStorageUrl);
  problems.push(...storageUrls.flatMap((url) => (url.ok ? [] : [`${environmentNames.storage}: ${url.problem}`])));
  const judge = await openJudge(settings, logger);
  if (!judge.ok) problems.push(judge.problem);
  if (!judge.ok || problems.length > 0) return { problems };
  const storage = await openStorage(settings.storage);
  if (!storage.ok) return { problems: [storage.problem] };
  return { settings, judge: judge.judge, storage: storage.driver };
}

function addressesOf({ listen }: Settings): readonly ListenAddress[] {
  return listen.map(parseListenUrl).flatMap((parsed) => (parsed.ok ? [parsed.address] : []));
}

function healthServerFor(
  { healthPort }: Settings,
  host: string = HEALTH_HOST,
  logger: Logger,
  answers: { readonly isHealthy: () => boolean; readonly metrics: () => string },
): HealthServer | undefined {
  if (healthPort === null) return undefined;
  const onError = (error: unknown) => logger.error("the health port's socket failed", { error });
  return createHealthServer({ host, port: healthPort, onError, ...answers });
}

/** The health port first: who asks before the sockets are bound hears that they are not. */
async function startAll(
  collector: Collector,
  health: HealthServer | undefined,
): Promise<Pick<UdpCollector, "listening" | "health">> {
  const at = (await health?.start()) ?? null;
  return { health: at, listening: await collector.start() };
}
