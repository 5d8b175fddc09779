import { writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type LineWriter, TRY_AGAIN_MS } from "./line-writer.ts";

/**
 * Writes lines to a descriptor of our own that never blocks: a pipe or a terminal. What its reader has no room for is
 * dropped; a line of which a part is written already is finished first, so that no reader sees halves of two in one.
 *
 * @param descriptor opened with `O_NONBLOCK`; ours for as long as the process runs
 * @param backlog bytes of whole lines that may wait
 */
export function createDescriptorWriter(descriptor: number, backlog: number): LineWriter {
  const waiting: Buffer[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;

  /** @returns what is left; undefined if nothing is, or nothing ever will be written of it */
  const attempt = (bytes: Buffer): Buffer | undefined => {
    try {
      const rest = bytes.subarray(writeSync(descriptor, bytes));
      return rest.length === 0 ? undefined : rest;
    } catch (error) {
      if (isFull(error)) return bytes;
      dropped++;
      return undefined;
    }
  };

  const catchUp = () => {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      const rest = attempt(first);
      waitingBytes -= first.length - (rest?.length ?? 0);
      if (rest === undefined) waiting.shift();
      else {
        waiting[0] = rest;
        // A part was taken, or nothing: there is no more room now.
        break;
      }
    }
    if (waiting.length > 0) timer ??= setTimeout(later, TRY_AGAIN_MS).unref();
  };
  const later = () => {
    timer = undefined;
    catchUp();
  };
  const wait = (bytes: Buffer) => {
    waiting.push(bytes);
    waitingBytes += bytes.length;
    timer ??= setTimeout(later, TRY_AGAIN_MS).unref();
  };

  return {
    write(line) {
      const bytes = Buffer.from(`${line}\n`);
      catchUp();
      const before = dropped;
      const rest = waiting.length > 0 ? bytes : attempt(bytes);
      if (rest === undefined) return dropped === before;
      const isBegun = rest.length < bytes.length;
      if (!isBegun && waitingBytes + rest.length > backlog) {
        dropped++;
        return false;
      }
      wait(rest);
      return true;
    },
    dropped: () => dropped,
    async finish(withinMs) {
      const deadline = performance.now() + withinMs;
      for (catchUp(); waiting.length > 0 && performance.now() < deadline; catchUp()) await pause(TRY_AGAIN_MS);
      clearTimeout(timer);
      dropped += waiting.splice(0).length;
      waitingBytes = 0;
    },
  };
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}
