import type { Logger } from "../log/logger.ts";
import { createSummedLine } from "../log/summed-line.ts";
import type { MeteringRecord } from "../sample/sample.ts";
import type { StorageDriver, Stored } from "../storage/driver.ts";

/** The part of a storage that takes records. */
export type RecordingDriver = Pick<StorageDriver, "name" | "record">;

/** The same storage, of which the log tells as soon as it does not take samples: long before any is lost. */
export interface WatchedStorage {
  readonly driver: RecordingDriver;
  /** Writes what has been held back. */
  close(): void;
}

/** A write takes some tens of milliseconds; an operator who is woken wants to know of one that hangs. */
const SILENT_MS = 5_000;
const REFUSED = "storage does not take samples now; they are held and tried again, and each try counts";
/** Nothing is tried again any more: other lines say the records' fate. */
const CLOSING = "storage did not take samples up to the stop";

export function watchedStorage(
  driver: RecordingDriver,
  logger: Logger,
  { silentMs = SILENT_MS, intervalMs }: { readonly silentMs?: number; readonly intervalMs?: number } = {},
): WatchedStorage {
  let isWell = true;
  let isClosing = false;
  const line = createSummedLine(
    (fields) => logger.warn(isClosing ? CLOSING : REFUSED, fields),
    () => isWell && logger.info("storage takes samples again"),
    intervalMs,
  );
  const trouble = (count: number, cause: unknown) => {
    isWell = false;
    line.note(count, { cause });
  };

  const record = async (records: readonly MeteringRecord[]): Promise<readonly Stored[]> => {
    const silence = new Error(`storage has not answered for ${silentMs / 1_000} s`);
    const timer = setTimeout(() => trouble(records.length, silence), silentMs).unref();
    try {
      const answers = await driver.record(records);
      const failed = answers.flatMap((answer) => (answer.kind === "failed" ? [answer.cause] : []));
      if (failed.length > 0) trouble(failed.length, failed[0]);
      else isWell = true;
      return answers;
    } catch (cause) {
      trouble(records.length, cause);
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    driver: { name: driver.name, record },
    close() {
      isClosing = true;
      line.close();
    },
  };
}
