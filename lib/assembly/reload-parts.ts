import type { Logger } from "../log/logger.ts";
import type { Parts } from "./open-parts.ts";

/**
 * The reload at SIGHUP: reads keys and secrets again, and opens files anew that were moved away. The collector goes on
 * receiving meanwhile, and what can't be read or opened changes nothing. Logs when it is done.
 */
export async function reloadParts({ keys, storage }: Pick<Parts, "keys" | "storage">, logger: Logger): Promise<void> {
  const [areKeysRead, problem] = await Promise.all([
    keys.reload(),
    storage.reopen?.().then(
      () => undefined,
      (cause: unknown) => ({ cause }),
    ),
  ]);
  if (problem !== undefined) logger.warn("storage could not be opened anew; the next batch tries again", problem);
  // The keys say for themselves what is wrong with them.
  logger.info("reloaded", { keys: areKeysRead ? "read" : "as before", storage: storage.name });
}
