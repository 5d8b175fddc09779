import type { Io } from "../../lib/cli/io.ts";

/** An Io that keeps what is written, and stops when told. */
export interface CapturedIo extends Io {
  readonly lines: string[];
  readonly errors: string[];
  /** As if a signal came. */
  stop(): void;
}

export function captureIo({ isTerminal = false } = {}): CapturedIo {
  const lines: string[] = [];
  const errors: string[] = [];
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  return {
    lines,
    errors,
    isTerminal,
    out: (line) => void lines.push(line),
    err: (line) => void errors.push(line),
    progress: (line) => void (isTerminal && errors.push(line)),
    stopped: () => stopped,
    stop: () => stop(),
  };
}
