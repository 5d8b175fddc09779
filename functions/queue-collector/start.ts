import { createDispatcher } from "../../lib/collector/dispatcher.ts";
import { createMetricsWriter } from "../../lib/collector/emf.ts";
import type { Ledger } from "../../lib/collector/ledger.ts";
import { createLogger } from "../../lib/collector/logger.ts";
import { type Environment, fromEnvironment } from "../../lib/collector/settings.ts";
import { openJudge } from "../../lib/keys/open-judge.ts";
import { createQueueHandler, type QueueHandler } from "../../lib/queue/queue-handler.ts";
import { createQueueLedger } from "../../lib/queue/queue-ledger.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";

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
 * @throws an Error that names every setting that can't be used
 */
export async function startQueueCollector(
  write: (line: string) => void,
  environment?: Environment,
): Promise<QueueCollector> {
  const logger = createLogger(write);
  const configured = fromEnvironment(environment);
  if (!configured.ok) throw new Error(configured.problems.join("; "));
  const { settings } = configured;
  const judge = await openJudge(settings, logger);
  if (!judge.ok) throw new Error(judge.problem);
  const storage = await openStorage(settings.storage);
  if (!storage.ok) throw new Error(storage.problem);
  const ledger = createQueueLedger();
  const metrics = createMetricsWriter({ stage: settings.stage, write });
  const dispatcher = createDispatcher(judge.judge, storage.driver);
  return {
    handler: createQueueHandler(dispatcher, logger, (outcomes) => {
      ledger.count(outcomes);
      metrics.write({ queue: ledger.snapshot() });
    }),
    ledger: () => ledger.snapshot(),
    close: () => storage.driver.close(),
  };
}
