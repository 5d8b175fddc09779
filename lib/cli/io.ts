/** What a command may use of the process that runs it. */
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

/** How soon a process notices that npm, which started it, is gone. */
const LOOK_FOR_PARENT_MS = 250;

/** @param underNpm npm started the process: it ends on a signal without passing it on, which would leave us running */
export function processIo(process: NodeJS.Process, underNpm: boolean): Io {
  const isTerminal = process.stderr.isTTY === true;
  // A reader that closes the pipe early, such as `head`, has seen what it wanted.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(isTerminal ? `\r\u001b[K${line}\n` : `${line}\n`),
    progress: (line) => void (isTerminal && process.stderr.write(`\r\u001b[K${line}`)),
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
