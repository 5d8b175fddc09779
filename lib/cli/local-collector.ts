import { setTimeout as pause } from "node:timers/promises";
import { startQueueCollector } from "../../functions/queue-collector/start.ts";
import { createCollector } from "../collector/collector.ts";
import type { ListenerCounters } from "../collector/listener/listener-counters.ts";
import { listenerLedgers } from "../collector/listener/listener-ledger.ts";
import { createLogger } from "../collector/logger.ts";
import { toEnvironment } from "../collector/settings.ts";
import { type Meter, meters } from "../query/meters.ts";
import { createPoller } from "../queue/poller.ts";
import { openQueue } from "../queue/queue-client.ts";
import { openStorage } from "../storage/open-storage.ts";
import type { DemoCounts, DemoTargets } from "./demo.ts";
import { type EmbeddedServices, startEmbeddedServices } from "./embedded-services.ts";
import type { Io } from "./io.ts";
import { ledgerSummary } from "./ledger-summary.ts";
import { judgeFor, type Problem, type Verification } from "./verification-options.ts";

export interface LocalOptions {
  readonly host: string;
  /** For UDP and TCP alike. */
  readonly port: number;
  readonly folder: string;
  readonly verification: Verification;
}

/** Everything that `countersign local` runs. */
export interface LocalCollector {
  readonly listening: readonly string[];
  readonly folder: string;
  readonly services: EmbeddedServices;
  readonly targets: DemoTargets;
  /** Waits until so many messages have come to an end. @returns false if some have not after a while */
  settled(sent: DemoCounts): Promise<boolean>;
  /** What is stored, read back from DynamoDB. */
  meters(): Promise<readonly Meter[]>;
  /** The ledgers so far, a line each. */
  summary(): readonly string[];
  stop(): Promise<void>;
}

const SETTLE_MS = 20_000;
const LOOK_AGAIN_MS = 20;

export async function startLocalCollector(options: LocalOptions, io: Io): Promise<LocalCollector | Problem> {
  const judge = judgeFor(options.verification, io);
  if (typeof judge !== "function") return judge;
  const services = await startEmbeddedServices(options.folder);
  const storageUrl = [
    `dynamodb://countersign?endpoint=${encodeURIComponent(services.dynamodb)}`,
    `s3://countersign/log?endpoint=${encodeURIComponent(services.s3AndSqs)}`,
  ].join(",");
  const storage = await openStorage(storageUrl);
  const queue = openQueue(services.queueUrl);
  if (!storage.ok || "problem" in queue) {
    await services.stop();
    return storage.ok ? { problem: "the embedded queue's URL is not one" } : storage;
  }
  const logger = createLogger(io.err);
  const quiet = { ...logger, info: () => undefined };
  const { host, port } = options;
  const addresses = (["udp", "tcp"] as const).map((protocol) => ({ protocol, host, port }));
  const collector = createCollector({ addresses, judge, storage: storage.driver, logger: quiet });
  // As in AWS, the handler gets its settings from an environment and opens its own storage.
  const own = { secretArn: null, stage: "local", listen: [], healthPort: null };
  const settings = { ...options.verification, ...own, storage: storageUrl };
  const lambda = await startQueueCollector((line) => isAboutTrouble(line) && io.err(line), toEnvironment(settings));
  const poller = createPoller(queue, lambda.handler, quiet);

  const stop = async () => {
    await Promise.all([collector.stop(), poller.stop()]);
    await Promise.all([lambda.close(), storage.driver.close()]);
    queue.client.destroy();
    await services.stop();
  };
  let listening: readonly string[];
  try {
    listening = await collector.start();
  } catch (error) {
    await stop();
    return { problem: `${error instanceof Error ? error.message : String(error)} (--port 0 takes any free port)` };
  }
  poller.start();
  const [udp = "", tcp = ""] = listening;
  const total = (count: (counters: ListenerCounters) => number) =>
    Object.values(collector.counters()).reduce((sum, counters) => sum + count(counters), 0);

  return {
    listening,
    folder: options.folder,
    services,
    targets: { udp, tcp, queue: services.queueUrl },
    async settled(sent) {
      const deadline = performance.now() + SETTLE_MS;
      const isSettled = () =>
        total((counters) => counters.received - counters.inFlight) >= sent.udp + sent.tcp &&
        poller.counters().deleted >= sent.queue;
      while (!isSettled() && performance.now() < deadline) await pause(LOOK_AGAIN_MS);
      return isSettled();
    },
    meters: () => meters(storage.driver.samples({})),
    summary: () => ledgerSummary({ ...listenerLedgers(collector.counters()), queue: lambda.ledger() }),
    stop,
  };
}

/** The handler writes a line and metrics for every invocation; on a laptop only what is odd is worth reading. */
function isAboutTrouble(line: string): boolean {
  return /^\{"level":"(warn|error)"/.test(line);
}
