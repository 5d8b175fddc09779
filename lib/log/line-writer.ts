/**
 * Lines for somebody outside: a terminal, a file, the reader of a pipe or a socket. Whoever that is may be slow, gone
 * or out of space, and must not decide whether samples are received: nothing here waits or throws.
 */
export interface LineWriter {
  /** Takes one line without a line feed. @returns false if it was dropped there and then, which is counted */
  write(line: string): boolean;
  /** Lines dropped since the start, those included that failed after they were taken. */
  dropped(): number;
  /** Resolves when all that was taken is written, or given up after so many milliseconds. */
  finish(withinMs: number): Promise<void>;
}

/**
 * Bytes that may wait for a reader. Nothing of a log: a reader that is behind would only get older and older lines,
 * and a pipe has room for 64 KiB of its own.
 */
export const LOG_BACKLOG_BYTES = 0;

/** How often what waits is tried again, in milliseconds. */
export const TRY_AGAIN_MS = 20;
