import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { composeSocketSide } from "../../assembly/compose-socket-side.ts";
import { deployedDrivers } from "../../assembly/deployed-drivers.ts";
import type { JudgeSettings } from "../../assembly/open-judge.ts";
import { closeParts, openParts } from "../../assembly/open-parts.ts";
import { startQueueCollector } from "../../assembly/queue-side.ts";
import type { Ledgers } from "../../ledger/ledger.ts";
import { ledgerSummary } from "../../ledger/ledger-summary.ts";
import type { ListenerCounters } from "../../ledger/socket-counters.ts";
import { errorMessage } from "../../log/error-message.ts";
import { createLogger } from "../../log/logger.ts";
import { toInstant } from "../../query/instant.ts";
import { type Meter, meters } from "../../query/meters.ts";
import { defaultRules } from "../../query/rules.ts";
import { type UsageRow, usage } from "../../query/usage.ts";
import { createPoller } from "../../queue/poller.ts";
import { openQueue } from "../../queue/queue-client.ts";
import { type Settings, toEnvironment } from "../../settings.ts";
import { socketDefaults } from "../../socket-defaults.ts";
import type { Io } from "../command/io.ts";
import type { Problem } from "../command/verification-options.ts";
import type { DemoCounts, DemoTargets } from "./demo.ts";
import { type EmbeddedServices, startEmbeddedServices } from "./embedded-services.ts";
import { lockFolder } from "./folder-lock.ts";

export interface LocalOptions {
  readonly host: string;
  /** For UDP and TCP alike. */
  readonly port: number;
  readonly folder: string;
  readonly verification: JudgeSettings;
}

/** Everything that `countersign local` runs. */
export interface LocalCollector {
  readonly listening: readonly string[];
  readonly folder: string;
  readonly services: EmbeddedServices;
  readonly targets: DemoTargets;
  /** Waits until so many messages have come to an end. @returns false if some have not after a while */
  settled(sent: DemoCounts): Promise<boolean>;
  /** The meters stored, read back from DynamoDB. */
  meters(): Promise<readonly Meter[]>;
  /** What was used in this time, read back from DynamoDB. */
  usage(range: { readonly from: string; readonly to: string }): Promise<readonly UsageRow[]>;
  /** The ledgers so far, a line each. */
  summary(): readonly string[];
  ledgers(): Ledgers;
  /** Reads again what it was told by files. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const SETTLE_MS = 20_000;
const LOOK_AGAIN_MS = 20;
/** Time for the pollers to stop after the sockets' side, of the ten seconds that a stop may take. */
const STOP_POLLING_MS = 2_000;

export async function startLocalCollector(options: LocalOptions, io: Io): Promise<LocalCollector | Problem> {
  const lock = await lockFolder(options.folder);
  if (!lock.ok) return lock;
  const embedded = await startEmbeddedServices(options.folder);
  const services = { ...embedded, stop: () => embedded.stop().finally(lock.release) };
  const storageUrl = [
    `dynamodb://countersign?endpoint=${encodeURIComponent(services.dynamodb)}`,
    `s3://countersign/log?endpoint=${encodeURIComponent(services.s3AndSqs)}`,
  ].join(",");
  const quiet = { ...createLogger(io.err), info: () => undefined };
  const settings: Settings = {
    ...options.verification,
    storage: storageUrl,
    spillQueue: services.spillQueueUrl,
    quarantine: pathToFileURL(join(options.folder, "quarantine")).href,
    stage: "local",
    listen: [],
    healthPort: null,
    ...socketDefaults,
  };
  // The handler opens the same once more, and warns.
  const opened = await openParts({ ...settings, drivers: deployedDrivers }, { ...quiet, warn: () => undefined });
  const [queue, spillQueue] = [openQueue(services.queueUrl), openQueue(services.spillQueueUrl)];
  if (!opened.ok || "problem" in queue || "problem" in spillQueue) {
    await services.stop();
    return { problem: opened.ok ? "an embedded queue's URL is not one" : opened.problems.join("; ") };
  }
  const { parts } = opened;
  const { host, port } = options;
  const addresses = (["udp", "tcp"] as const).map((protocol) => ({ protocol, host, port }));
  const sockets = composeSocketSide(parts, { addresses, logger: quiet });
  const { collector, quota } = sockets;
  // As in AWS, the handler gets its settings from an environment and opens its own storage.
  const lambda = await startQueueCollector({
    write: (line) => isAboutTrouble(line) && io.err(line),
    drivers: deployedDrivers,
    environment: toEnvironment(settings),
    readSecrets: options.verification.readSecrets,
    queues: [queue, spillQueue],
  });
  const pollers = [queue, spillQueue].map((one) => createPoller(one, lambda.handler, quiet));

  const stop = async () => {
    await collector.stop();
    await Promise.all([quota?.close(STOP_POLLING_MS), ...pollers.map((poller) => poller.stop(STOP_POLLING_MS))]);
    await Promise.all([lambda.close(), closeParts(parts)]);
    for (const { client } of [queue, spillQueue]) client.destroy();
    await services.stop();
  };
  let listening: readonly string[];
  try {
    listening = await collector.start();
  } catch (error) {
    await stop();
    return { problem: `${errorMessage(error)} (--port 0 takes any free port)` };
  }
  for (const poller of pollers) poller.start();
  const [udp = "", tcp = ""] = listening;
  const deleted = () => pollers.reduce((sum, poller) => sum + poller.counters().deleted, 0);
  const total = (count: (counters: ListenerCounters) => number) =>
    Object.values(collector.counters()).reduce((sum, counters) => sum + count(counters), 0);

  const ledgers = () => ({ ...sockets.ledgers(), queue: lambda.ledger() });

  return {
    listening,
    folder: options.folder,
    services,
    targets: { udp, tcp, queue: services.queueUrl },
    async settled(sent) {
      const deadline = performance.now() + SETTLE_MS;
      const isSettled = () =>
        total(({ figures }) => figures.MessagesReceived - figures.MessagesInFlight) >= sent.udp + sent.tcp &&
        deleted() >= sent.queue;
      while (!isSettled() && performance.now() < deadline) await pause(LOOK_AGAIN_MS);
      return isSettled();
    },
    meters: () => meters(parts.storage.samples({})),
    usage: ({ from, to }) =>
      usage(parts.storage, { by: [], rules: defaultRules, borders: [toInstant(from), toInstant(to)] }),
    summary: () => ledgerSummary(ledgers()),
    ledgers,
    async reload() {
      await Promise.all([parts.keys.reload(), lambda.reload()]);
      io.out("Reloaded.");
    },
    stop,
  };
}

/** The handler writes a line and metrics for every invocation; on a laptop only what is odd is worth reading. */
function isAboutTrouble(line: string): boolean {
  return /^\{"level":"(warn|error)"/.test(line);
}
