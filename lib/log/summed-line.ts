import type { Fields } from "./logger.ts";

/** A log line for events that may come a thousand per second: the first at once, then at most one line per interval. */
export interface SummedLine {
  /** @param fields of which those of the last count */
  note(count: number, fields: Fields): void;
  /** Writes what has been held back. */
  close(): void;
}

const INTERVAL_MS = 10_000;

/**
 * @param write told the fields, with the sum as `count`
 * @param quiet told once a whole interval has passed without any
 */
export function createSummedLine(
  write: (fields: Fields) => void,
  quiet: () => unknown = () => {},
  intervalMs: number = INTERVAL_MS,
): SummedLine {
  let held: { count: number; fields: Fields } | undefined;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    if (held !== undefined) write({ ...held.fields, count: held.count });
    held = undefined;
  };
  const look = () => {
    timer = undefined;
    if (held === undefined) {
      quiet();
      return;
    }
    flush();
    arm();
  };
  const arm = () => {
    timer = setTimeout(look, intervalMs).unref();
  };

  return {
    note(count, fields) {
      if (timer === undefined) {
        write({ ...fields, count });
        arm();
      } else held = { count: (held?.count ?? 0) + count, fields };
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      flush();
    },
  };
}
