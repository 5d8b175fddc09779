import { withoutCredentials } from "../../log/shown-url.ts";
import type { Io } from "./io.ts";

/** One command of the command line, in a file of its own. */
export interface Command {
  /** The text that `countersign COMMAND --help` prints. */
  readonly help: string;
  /** @returns the exit code: 0 done, 1 not all is well, 2 wrongly called. */
  run(args: readonly string[], io: Io): Promise<number>;
}

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** Says what is wrong with the call and what to do. */
export function usageError(io: Io, problem: string): number {
  io.err(`countersign: ${withoutCredentials(problem)}`);
  return EXIT_USAGE;
}
