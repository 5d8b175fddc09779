import { constants, fstatSync, openSync } from "node:fs";
import { createDescriptorWriter } from "./descriptor-writer.ts";
import { createFileWriter } from "./file-writer.ts";
import { type LineWriter, LOG_BACKLOG_BYTES } from "./line-writer.ts";
import { createStreamWriter } from "./stream-writer.ts";

/** Standard output or standard error of this process, by number. */
export type StandardDescriptor = 1 | 2;

/**
 * Opens standard output or standard error for lines that never wait. Node's own streams do: on a terminal every write
 * waits for it, and what a pipe can't take is held without a bound and keeps the process from ending.
 *
 * @param backlog bytes that may wait for the reader. @default none, as is right for a log
 */
export function openLineWriter(descriptor: StandardDescriptor, backlog: number = LOG_BACKLOG_BYTES): LineWriter {
  if (fstatSync(descriptor).isFile()) return createFileWriter(descriptor, backlog);
  const own = openedAgain(descriptor);
  if (own !== undefined) return createDescriptorWriter(own, backlog);
  return createStreamWriter(descriptor === 1 ? process.stdout : process.stderr, backlog);
}

/**
 * Opens the same pipe or terminal once more, with O_NONBLOCK. On the descriptor that we were given the flag would be shared
 * with all who have it, a shell or a sibling, and would stay when we are gone.
 *
 * @returns undefined where there is no such way: for a socket, a pipe of another user or without a reader, and
 *   systems without `/proc`
 */
function openedAgain(descriptor: StandardDescriptor): number | undefined {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_APPEND | constants.O_NOCTTY;
    return openSync(`/proc/self/fd/${descriptor}`, flags);
  } catch {
    return undefined;
  }
}
