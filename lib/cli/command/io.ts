import type { Writable } from "node:stream";
import { isatty } from "node:tty";
import type { LineWriter } from "../../log/line-writer.ts";
import { openLineWriter } from "../../log/open-line-writer.ts";
import { printable, printableLines } from "../../log/printable.ts";
import { createPatientWriter, type PatientWriter } from "./patient-writer.ts";

/** The part of its process that a command may use. Nothing that it writes holds a character that acts on a terminal. */
export interface Io {
  /**
   * Writes one line for programs or people to read.
   *
   * @param end what it ends with; a line feed by default
   */
  out(line: string, end?: "\r\n"): void;
  /**
   * Resolves when whoever reads `out` has kept up: for commands that write more than they would hold.
   *
   * @throws OutputFailed when it can't be written
   */
  drained(): Promise<void>;
  /** Writes one line about what goes on: progress, warnings, errors. */
  err(line: string): void;
  /** Repaints the line at the bottom of a terminal; does nothing elsewhere. */
  progress(line: string): void;
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal that shows `out`; absent where it is a file or another program. */
  readonly width?: number | undefined;
  /** Resolves at the first SIGTERM or SIGINT, or when npm is gone. Only commands that wait ask for it. */
  stopped(): Promise<void>;
  /**
   * Said once by commands that hold samples for others: from here on no reader of ours is waited for, what can't be
   * written at once is dropped and counted, and SIGHUP ends nothing.
   */
  serve(): void;
  /** Registers the reload of a service at SIGHUP. */
  onHangup(reload: () => Promise<void>): void;
  /** Lines that a service could not write, since its start. */
  droppedLines(): number;
}

/** The Io of a whole process. */
export interface ProcessIo extends Io {
  /** Ends the process with this exit code, or with 1 if what the command had to say could not be written. */
  end(code: number): Promise<void>;
}

/** Back to the beginning of the terminal's line, and empties it. */
const CLEARED = "\r\u001b[K";

/** How soon a process notices that npm, which started it, is gone. */
const LOOK_FOR_PARENT_MS = 250;
/** A service's two or three lines of results, with room for a table. */
const OUT_BACKLOG_BYTES = 262_144;
/** How long a service's last lines may take, in milliseconds: within the ten seconds of a stop. */
const LAST_LINES_MS = 500;

interface Service {
  readonly out: LineWriter;
  readonly err: LineWriter;
}

/** The part of a process that an `Io` is made of. */
export type IoProcess = Pick<NodeJS.Process, "once" | "on" | "exit" | "ppid"> & {
  exitCode?: NodeJS.Process["exitCode"];
  readonly stdout: Writable;
  readonly stderr: Writable;
};

/** @param underNpm npm started the process: it ends on a signal without passing it on, which would leave us running */
export function processIo(process: IoProcess, underNpm: boolean, isTerminal: boolean = isatty(2)): ProcessIo {
  let patient: { readonly out: PatientWriter; readonly err: PatientWriter } | undefined;
  let service: Service | undefined;
  let reload = async () => {};
  // Made when needed: Node's own streams change what they are given.
  const writers = () => {
    if (service !== undefined) return service;
    patient ??= { out: createPatientWriter(process.stdout), err: createPatientWriter(process.stderr) };
    return patient;
  };
  return {
    out: (line, end) => void writers().out.write(printableLines(line) + (end === undefined ? "" : "\r")),
    err: (line) => void writers().err.write(`${isTerminal ? CLEARED : ""}${printable(line)}`),
    progress(line) {
      if (!isTerminal) return;
      writers();
      process.stderr.write(CLEARED + printable(line));
    },
    drained: async () => patient?.out.drained(),
    isTerminal,
    // When asked: whoever takes stdout makes a stream of it.
    get width() {
      return "columns" in process.stdout ? Number(process.stdout.columns) || undefined : undefined;
    },
    stopped: () =>
      new Promise((resolve) => {
        for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
        const parent = process.ppid;
        const isOrphan = () => process.ppid !== parent;
        if (underNpm) setInterval(() => isOrphan() && resolve(), LOOK_FOR_PARENT_MS).unref();
      }),
    serve() {
      service = { out: openLineWriter(1, OUT_BACKLOG_BYTES), err: openLineWriter(2) };
      process.on("SIGHUP", () => void reload());
    },
    onHangup: (wanted) => {
      reload = wanted;
    },
    droppedLines: () => (service === undefined ? 0 : service.out.dropped() + service.err.dropped()),
    async end(code) {
      if (service !== undefined) {
        await Promise.all([service.out.finish(LAST_LINES_MS), service.err.finish(LAST_LINES_MS)]);
        // Not by itself: what Node holds for a reader that sleeps would keep the process.
        process.exit(code);
      }
      process.exitCode = code;
      const failure = await patient?.out.finished();
      // A reader that closes the pipe early, such as `head`, has seen what it wanted.
      if (failure === undefined || failure.isClosed) return;
      patient?.err.write(`countersign: ${failure.message}`);
      process.exitCode = Math.max(code, 1);
    },
  };
}
