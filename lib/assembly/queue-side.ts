import { createMetricsWriter } from "../ledger/emf.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { createLogger } from "../log/logger.ts";
import { countedQuarantine } from "../quarantine/counted-quarantine.ts";
import type { Queue } from "../queue/queue-client.ts";
import type { QueueHandler } from "../queue/queue-handler.ts";
import { createSourceQueues } from "../queue/source-queues.ts";
import { type Environment, fromEnvironment } from "../settings.ts";
import type { StorageKind } from "../storage/storage-kind.ts";
import { composeQueueSide } from "./compose-queue-side.ts";
import type { ReadSecrets } from "./open-keys.ts";
import { closeParts, openParts } from "./open-parts.ts";
import { processLedger } from "./process-ledger.ts";
import { reloadParts } from "./reload-parts.ts";

export interface QueueCollector {
  /** Writes a line of metrics with every invocation. */
  readonly handler: QueueHandler;
  /** The totals of all invocations. */
  ledger(): Ledger;
  /** Reads again what it was told by files. Lambda never calls this. */
  reload(): Promise<void>;
  /** Lambda never calls this; a handler that runs on a laptop is closed at its end. */
  close(): Promise<void>;
}

export interface QueueCollectorOptions {
  /** Takes the log and the metrics, a line of JSON at a time. */
  readonly write: (line: string) => unknown;
  /** That a storage URL may name. */
  readonly drivers: readonly StorageKind[];
  /** By default the process's own. */
  readonly environment?: Environment | undefined;
  /** How many lines `write` has dropped. @default none */
  readonly droppedLines?: () => number;
  /** Queues that messages come from, for those that Lambda does not name. @default none */
  readonly queues?: readonly Queue[];
  /** Reads the secrets again that the environment has, where they came from files. */
  readonly readSecrets?: ReadSecrets | undefined;
}

/**
 * Opens all that the handler needs, once. Storage that does not answer is opened later: a function that does not start
 * could not tell the queue when messages are to come back.
 *
 * @throws an Error that names every setting that can't be used, or what can't be reached: Lambda starts us again
 */
export async function startQueueCollector(options: QueueCollectorOptions): Promise<QueueCollector> {
  const { write, drivers, environment, droppedLines = () => 0, readSecrets, queues } = options;
  const logger = createLogger(write);
  const configured = fromEnvironment(environment);
  if (!configured.ok) throw new Error(configured.problems.join("; "));
  const { settings } = configured;
  const opened = await openParts({ ...settings, drivers, readSecrets, opensOnDemand: true }, logger);
  if (!opened.ok) throw new Error(opened.problems.join("; "));
  const { parts } = opened;
  const quarantine = parts.quarantine && countedQuarantine(parts.quarantine.whole);
  const metrics = createMetricsWriter({ stage: settings.stage, write });
  const sources = createSourceQueues(logger, queues);
  const side = composeQueueSide(parts, {
    sources,
    setsSuspectsApart: true,
    logger,
    quarantine,
    spillQueue: settings.spillQueue,
    onCounted(queue, unstoredAges) {
      metrics.write({ queue }, { ...processLedger(parts, quarantine?.counts(), droppedLines()), unstoredAges });
    },
  });
  return {
    ...side,
    reload: () => reloadParts(parts, logger),
    async close() {
      sources.close();
      await closeParts(parts);
    },
  };
}
