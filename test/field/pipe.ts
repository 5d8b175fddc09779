import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";

/** A pipe of the system, of which a process gets one end and we keep the other. */
export interface Pipe {
  /** For a process to write to. */
  readonly end: number;
  /** Fills it to the brim, as a reader that sleeps lets it get. */
  fill(): void;
  /** Takes out all that is in it. @returns that, and what was taken before */
  read(): string;
  /** Closes our end: its reader is gone. */
  leave(): void;
  close(): void;
}

export function openPipe(path: string): Pipe {
  const made = spawnSync("mkfifo", [path]);
  if (made.status !== 0) throw new Error(`mkfifo: ${made.stderr}`);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // Blocking, as a shell hands it over.
  const end = openSync(path, constants.O_WRONLY);
  let isOpen = true;
  let said = "";
  const leave = () => {
    if (isOpen) closeSync(reader);
    isOpen = false;
  };
  return {
    end,
    fill() {
      const filler = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      for (const bytes of [Buffer.alloc(4_096, "."), Buffer.alloc(1, ".")]) untilFull(() => writeSync(filler, bytes));
      closeSync(filler);
    },
    read() {
      const bytes = Buffer.alloc(65_536);
      untilFull(() => {
        const taken = readSync(reader, bytes, 0, bytes.length, null);
        said += bytes.toString("utf8", 0, taken);
        return taken;
      });
      return said;
    },
    leave,
    close() {
      leave();
      closeSync(end);
    },
  };
}

/** Repeats until the system would make us wait, or there is no more. */
function untilFull(step: () => number): void {
  try {
    while (step() > 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
}
