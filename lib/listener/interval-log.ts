import type { Logger } from "../log/logger.ts";

/** A log line for what outsiders can make happen as often as they like. */
export interface IntervalLog<Reason extends string> {
  note(reason: Reason, details: Details): void;
  /** Writes what has been held back. */
  close(): void;
}

export type Details = Readonly<Record<string, string>>;

export interface IntervalLogOptions {
  readonly logger: Logger;
  readonly message: string;
  /** At most one line each reason in so many milliseconds. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 10_000;

/** Logs the first of each reason at once, then sums up, with the details of the last. */
export function createIntervalLog<Reason extends string>({
  logger,
  message,
  intervalMs = INTERVAL_MS,
}: IntervalLogOptions): IntervalLog<Reason> {
  const held = new Map<Reason, { count: number; details: Details; timer: NodeJS.Timeout }>();

  const flush = (reason: Reason) => {
    const entry = held.get(reason);
    if (entry === undefined) return;
    held.delete(reason);
    clearTimeout(entry.timer);
    if (entry.count > 0) logger.warn(message, { reason, count: entry.count, ...entry.details });
  };

  return {
    note(reason, details) {
      const entry = held.get(reason);
      if (entry !== undefined) {
        Object.assign(entry, { count: entry.count + 1, details });
        return;
      }
      logger.warn(message, { reason, count: 1, ...details });
      const timer = setTimeout(() => flush(reason), intervalMs).unref();
      held.set(reason, { count: 0, details, timer });
    },
    close() {
      for (const reason of Array.from(held.keys())) flush(reason);
    },
  };
}
