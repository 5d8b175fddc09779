import { createDispatcher } from "../../lib/collector/dispatcher.ts";
import { createJudge } from "../../lib/collector/judge.ts";
import { createLogger } from "../../lib/collector/logger.ts";
import { type Environment, fromEnvironment } from "../../lib/collector/settings.ts";
import { toSecrets } from "../../lib/collector/signature/secrets.ts";
import { createQueueHandler, type QueueHandler } from "../../lib/queue/queue-handler.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";

export interface QueueCollector {
  readonly handler: QueueHandler;
  /** Lambda never calls this; a handler that runs on a laptop is closed at its end. */
  close(): Promise<void>;
}

/**
 * Opens all that the handler needs, once.
 *
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
  const secrets = toSecrets(settings.secrets, settings.allowDefaultSecret);
  if (!secrets.ok) throw new Error(secrets.problem);
  if (secrets.warning !== undefined) logger.warn(secrets.warning);
  const storage = await openStorage(settings.storage);
  if (!storage.ok) throw new Error(storage.problem);
  const judge = createJudge({ ...settings, secrets: secrets.secrets });
  return {
    handler: createQueueHandler(createDispatcher(judge, storage.driver), logger),
    close: () => storage.driver.close(),
  };
}
