import { printable, printableLines } from "../log/printable.ts";

/** What a command may use of the process that runs it. Whatever it writes holds no character that acts on a terminal. */
export interface Io {
  /** Writes one line for programs or people to read. */
  out(line: string): void;
  /** Writes one line about what goes on: progress, warnings, errors. */
  err(line: string): void;
  /** Repaints the line at the bottom of a terminal; does nothing elsewhere. */
  progress(line: string): void;
  readonly isTerminal: boolean;
  /** Resolves at the first SIGTERM or SIGINT, or when npm is gone. Only commands that wait ask for it. */
  stopped(): Promise<void>;
}

/** Back to the beginning of the terminal's line, and empties it. */
const CLEARED = "\r\u001b[K";

/** How soon a process notices that npm, which started it, is gone. */
const LOOK_FOR_PARENT_MS = 250;

/** What of a process an `Io` is made of. */
export type IoProcess = Pick<NodeJS.Process, "once" | "exit" | "ppid"> & {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
};

/** @param underNpm npm started the process: it ends on a signal without passing it on, which would leave us running */
export function processIo(process: IoProcess, underNpm: boolean): Io {
  const isTerminal = process.stderr.isTTY === true;
  // A reader that closes the pipe early, such as `head`, has seen what it wanted.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  return {
    out: (line) => void process.stdout.write(`${printableLines(line)}\n`),
    err: (line) => void process.stderr.write(`${isTerminal ? CLEARED : ""}${printable(line)}\n`),
    progress: (line) => void (isTerminal && process.stderr.write(CLEARED + printable(line))),
    isTerminal,
    stopped: () =>
      new Promise((resolve) => {
        for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
        const parent = process.ppid;
        const isOrphan = () => process.ppid !== parent;
        if (underNpm) setInterval(() => isOrphan() && resolve(), LOOK_FOR_PARENT_MS).unref();
      }),
  };
}
