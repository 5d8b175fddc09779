import type { Io } from "../../lib/cli/command/io.ts";
import { printable, printableLines } from "../../lib/log/printable.ts";

/** An Io that keeps what is written, spelled as a process writes it, and stops when told. */
export interface CapturedIo extends Io {
  readonly lines: string[];
  readonly errors: string[];
  /** As if a signal came. */
  stop(): void;
  /** As if SIGHUP came. @returns when what it asks for is done */
  hangup(): Promise<void>;
}

export function captureIo({ isTerminal = false, width = undefined as number | undefined } = {}): CapturedIo {
  const lines: string[] = [];
  const errors: string[] = [];
  let stop = () => {};
  let reload = async () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  return {
    lines,
    errors,
    isTerminal,
    width,
    out: (line, end) => void lines.push(printableLines(line) + (end === undefined ? "" : "\r")),
    err: (line) => void errors.push(printable(line)),
    progress: (line) => void (isTerminal && errors.push(line)),
    drained: async () => undefined,
    stopped: () => stopped,
    serve: () => undefined,
    onHangup: (wanted) => {
      reload = wanted;
    },
    droppedLines: () => 0,
    hangup: () => reload(),
    stop: () => stop(),
  };
}
