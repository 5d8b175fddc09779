import { once } from "node:events";
import type { Writable } from "node:stream";
import { errorMessage } from "../../log/error-message.ts";

/** The output of a command can't be written. */
export class OutputFailed extends Error {
  override readonly name = "OutputFailed";
  /** Its reader closed it, and knows why. */
  readonly isClosed: boolean;

  constructor(cause: unknown) {
    super(`can't write to standard output: ${errorMessage(cause)}`, { cause });
    this.isClosed = cause instanceof Error && "code" in cause && cause.code === "EPIPE";
  }
}

/** Writes lines for as long as their reader takes, as a command does that is there to be read. */
export interface PatientWriter {
  /** Keeps one line without a line feed until it can be written. After a failure it does nothing. */
  write(line: string): void;
  /** Resolves when there is room for more. @throws OutputFailed */
  drained(): Promise<void>;
  /** Resolves when all is written, with what went wrong. */
  finished(): Promise<OutputFailed | undefined>;
}

export function createPatientWriter(stream: Writable): PatientWriter {
  let failure: OutputFailed | undefined;
  let pending = 0;
  let settled = () => {};
  const fail = (cause: unknown) => {
    failure ??= new OutputFailed(cause);
    settled();
  };
  stream.on("error", fail);
  const answered = (error?: Error | null) => {
    pending--;
    if (error) fail(error);
    if (pending === 0) settled();
  };
  const isFailed = () => failure;

  return {
    write(line) {
      if (failure !== undefined) return;
      pending++;
      try {
        stream.write(`${line}\n`, answered);
      } catch (error) {
        // A file's stream throws what the disk answers.
        answered(error instanceof Error ? error : new Error(String(error)));
      }
    },
    async drained() {
      if (failure === undefined && stream.writableNeedDrain) await once(stream, "drain").catch(fail);
      const failed = isFailed();
      if (failed !== undefined) throw failed;
    },
    async finished() {
      if (pending > 0 && failure === undefined) {
        await new Promise<void>((resolve) => {
          settled = resolve;
        });
      }
      return isFailed();
    },
  };
}
