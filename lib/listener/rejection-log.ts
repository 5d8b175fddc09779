import type { Logger } from "../log/logger.ts";
import type { Rejection, RejectionReason } from "../sample/rejection.ts";

export interface RejectionLog {
  note(rejection: Rejection, from: string): void;
  /** Writes what has been held back. */
  close(): void;
}

/** An outsider decides how many messages are rejected, so log lines come at most so often for each reason. */
const INTERVAL_MS = 10_000;

/** Logs the first rejection of each reason at once, then sums up. */
export function createRejectionLog(logger: Logger, intervalMs = INTERVAL_MS): RejectionLog {
  const held = new Map<RejectionReason, { count: number; detail: string; from: string; timer: NodeJS.Timeout }>();

  const flush = (reason: RejectionReason) => {
    const entry = held.get(reason);
    if (entry === undefined) return;
    held.delete(reason);
    clearTimeout(entry.timer);
    if (entry.count > 0)
      logger.warn("messages rejected", { reason, count: entry.count, detail: entry.detail, from: entry.from });
  };

  return {
    note({ reason, detail }, from) {
      const entry = held.get(reason);
      if (entry !== undefined) {
        Object.assign(entry, { count: entry.count + 1, detail, from });
        return;
      }
      logger.warn("messages rejected", { reason, count: 1, detail, from });
      const timer = setTimeout(() => flush(reason), intervalMs).unref();
      held.set(reason, { count: 0, detail, from, timer });
    },
    close() {
      for (const reason of Array.from(held.keys())) flush(reason);
    },
  };
}
