import type { Logger } from "../log/logger.ts";
import type { Rejection, RejectionReason } from "../sample/rejection.ts";
import { createIntervalLog } from "./interval-log.ts";

export interface RejectionLog {
  note(rejection: Rejection, from: string): void;
  /** Writes what has been held back. */
  close(): void;
}

/** Logs the first rejection of each reason at once, then sums up: an outsider decides how many there are. */
export function createRejectionLog(logger: Logger, intervalMs?: number): RejectionLog {
  const log = createIntervalLog<RejectionReason>({
    logger,
    message: "messages rejected",
    ...(intervalMs !== undefined && { intervalMs }),
  });
  return { note: ({ reason, detail }, from) => log.note(reason, { detail, from }), close: log.close };
}
