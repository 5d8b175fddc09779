import { write } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type LineWriter, TRY_AGAIN_MS } from "./line-writer.ts";

/** A file can't say that it has no room now, so some lines wait while a write is under way. */
const FILE_BACKLOG_BYTES = 65_536;

/**
 * Adds lines to a file, one write at a time and off the event loop: a disk that does not answer must not stop it.
 *
 * @param backlog bytes of lines that may wait, at least 64 KiB
 */
export function createFileWriter(descriptor: number, backlog: number): LineWriter {
  const most = Math.max(backlog, FILE_BACKLOG_BYTES);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  /** Lines of the write under way. */
  let writing = 0;
  let dropped = 0;

  const next = () => {
    if (writing > 0 || waiting.length === 0) return;
    const lines = waiting;
    writing = lines.length;
    waiting = [];
    waitingBytes = 0;
    put(Buffer.concat(lines));
  };
  const put = (bytes: Buffer) =>
    write(descriptor, bytes, (error, written) => {
      if (error === null && written < bytes.length) return void put(bytes.subarray(written));
      if (error !== null) dropped += writing;
      writing = 0;
      next();
    });

  return {
    write(line) {
      const bytes = Buffer.from(`${line}\n`);
      if (waitingBytes > 0 && waitingBytes + bytes.length > most) {
        dropped++;
        return false;
      }
      waiting.push(bytes);
      waitingBytes += bytes.length;
      next();
      return true;
    },
    dropped: () => dropped,
    async finish(withinMs) {
      const deadline = performance.now() + withinMs;
      while (writing + waiting.length > 0 && performance.now() < deadline) await pause(TRY_AGAIN_MS);
      dropped += writing + waiting.length;
      waiting = [];
      waitingBytes = 0;
    },
  };
}
