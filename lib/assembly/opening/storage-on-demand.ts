import { within } from "../../flow/within.ts";
import type { Logger } from "../../log/logger.ts";
import type { StorageDriver } from "../../storage/driver.ts";
import type { OpenedStorage } from "../../storage/storage-kind.ts";
import { lateDriver } from "./late-driver.ts";

export interface OnDemandOptions {
  /** What storage is called before it is open, and after: `dynamodb+s3`. */
  readonly name: string;
  /** Makes one attempt, bounded by itself. */
  readonly open: () => Promise<OpenedStorage>;
  readonly logger: Logger;
  /** The wait for the first attempt, in milliseconds. */
  readonly waitMs?: number;
}

/** A storage that is there opens in a fraction of it, and Lambda gives a start ten seconds. */
const WAIT_MS = 2_500;

/**
 * Opens a storage, or, where it does not answer, gives one that is opened when it is next asked to record: what it is
 * given until then has failed. Nothing is tried between one call and the next, when Lambda lets no clock run.
 *
 * @returns why it can't be opened, if that does not pass by itself
 */
export async function openOnDemand(options: OnDemandOptions): Promise<OpenedStorage> {
  const { name, open, logger, waitMs = WAIT_MS } = options;
  let opened: StorageDriver | undefined;
  let problem = `it has not answered for ${waitMs / 1_000} s`;
  let refused: OpenedStorage | undefined;
  let attempt: Promise<void> | undefined;
  let isClosed = false;

  const tryOnce = async (): Promise<void> => {
    const answer = await open().finally(() => {
      attempt = undefined;
    });
    if (!answer.ok) {
      problem = answer.problem;
      refused = answer.transient ? undefined : answer;
      logger.warn("storage can't be opened yet, and is tried again when there is something to store", { problem });
    } else if (isClosed) await answer.driver.close();
    else opened = answer.driver;
  };
  const opening = (): Promise<void> => {
    attempt ??= tryOnce();
    return attempt;
  };

  if (await within(waitMs, opening())) {
    if (opened !== undefined) return { ok: true, driver: opened };
    if (refused !== undefined) return refused;
  }
  const late = lateDriver(name, {
    opened: () => opened,
    cause: () => new Error(`storage is not open: ${problem}`),
    async close() {
      isClosed = true;
      await opened?.close();
    },
  });
  return {
    ok: true,
    driver: {
      ...late,
      async record(records) {
        if (opened === undefined && !isClosed) await opening();
        return late.record(records);
      },
    },
  };
}
