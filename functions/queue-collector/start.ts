import { closeParts, openParts } from "../../lib/assembly/open-parts.ts";
import { countedQuarantine } from "../../lib/collector/counted-quarantine.ts";
import { createDispatcher } from "../../lib/collector/dispatcher.ts";
import { createMetricsWriter } from "../../lib/collector/emf.ts";
import type { Ledger, ProcessLedger } from "../../lib/collector/ledger.ts";
import { createLogger } from "../../lib/collector/logger.ts";
import { createRecentlyRecorded } from "../../lib/collector/recently-recorded.ts";
import { type Environment, fromEnvironment } from "../../lib/collector/settings.ts";
import { createQueueHandler, type QueueHandler } from "../../lib/queue/queue-handler.ts";
import { createQueueLedger } from "../../lib/queue/queue-ledger.ts";

export interface QueueCollector {
  /** Writes a line of metrics with every invocation. */
  readonly handler: QueueHandler;
  /** What all invocations have counted together. */
  ledger(): Ledger;
  /** Lambda never calls this; a handler that runs on a laptop is closed at its end. */
  close(): Promise<void>;
}

/**
 * Opens all that the handler needs, once.
 *
 * @param write takes the log and the metrics, a line of JSON at a time
 * @param environment by default the process's own
 * @throws an Error that names every setting that can't be used, or what can't be reached: Lambda starts us again
 */
export async function startQueueCollector(
  write: (line: string) => void,
  environment?: Environment,
): Promise<QueueCollector> {
  const logger = createLogger(write);
  const configured = fromEnvironment(environment);
  if (!configured.ok) throw new Error(configured.problems.join("; "));
  const { settings } = configured;
  const opened = await openParts(settings, logger);
  if (!opened.ok) throw new Error(opened.problems.join("; "));
  const { parts } = opened;
  const { judge, keys, storage } = parts;
  const quarantine = parts.quarantine && countedQuarantine(parts.quarantine.whole);
  const ledger = createQueueLedger();
  const metrics = createMetricsWriter({ stage: settings.stage, write });
  const processLedger = (): ProcessLedger => {
    const { kept = 0, failed = 0 } = quarantine?.counts() ?? {};
    const figures = {
      MessagesQuarantined: kept,
      QuarantineSkipped: 0,
      QuarantineFailed: failed,
      KeyReadsFailed: keys.failedReads(),
    };
    return { figures, verified: keys.uses() };
  };
  return {
    handler: createQueueHandler({
      judge,
      keys,
      dispatcher: createDispatcher(storage, createRecentlyRecorded()),
      logger,
      quarantine,
      spillQueue: settings.spillQueue,
      count(outcomes) {
        ledger.count(outcomes);
        metrics.write({ queue: ledger.snapshot() }, processLedger());
      },
    }),
    ledger: () => ledger.snapshot(),
    close: () => closeParts(parts),
  };
}
