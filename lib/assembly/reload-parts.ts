import type { Logger } from "../log/logger.ts";
import type { Parts } from "./open-parts.ts";

/**
 * What SIGHUP asks of a collector: to read again what it was told by files, and to open files anew that were moved
 * away. It goes on receiving meanwhile, and what can't be read or opened changes nothing. Says when it is done.
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
