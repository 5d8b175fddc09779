import { isWorthRetrying } from "../aws/service-error.ts";
import { errorMessage } from "../log/error-message.ts";
import type { StorageDriver } from "./driver.ts";
import type { OpenedStorage } from "./storage-kind.ts";

/**
 * The driver once it is prepared; closed again if it can't be.
 *
 * @param what the storage in words, such as `the table samples`
 */
export async function prepared(
  driver: StorageDriver,
  preparation: Promise<void>,
  what: string,
): Promise<OpenedStorage> {
  try {
    await preparation;
    return { ok: true, driver };
  } catch (error) {
    await driver.close();
    return { ok: false, problem: `${what} can't be opened: ${errorMessage(error)}`, transient: isWorthRetrying(error) };
  }
}
