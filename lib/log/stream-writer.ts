import type { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type LineWriter, TRY_AGAIN_MS } from "./line-writer.ts";

/**
 * Writes lines to one of Node's own streams, where nothing else can: to a socket, which can't be opened again. Node
 * writes what the system takes at once, and holds the rest: we give it no more while it does.
 *
 * @param backlog bytes that Node may hold before a line is dropped
 */
export function createStreamWriter(stream: Writable, backlog: number): LineWriter {
  let dropped = 0;
  /** Taken, and not answered for. */
  let pending = 0;
  // Also told to each write; without a listener Node would end the process.
  stream.on("error", () => undefined);
  const answered = (error?: Error | null) => {
    pending--;
    if (error) dropped++;
  };
  return {
    write(line) {
      if (stream.writableLength > backlog) {
        dropped++;
        return false;
      }
      pending++;
      try {
        stream.write(`${line}\n`, answered);
        return true;
      } catch (error) {
        answered(error instanceof Error ? error : new Error(String(error)));
        return false;
      }
    },
    dropped: () => dropped,
    async finish(withinMs) {
      const deadline = performance.now() + withinMs;
      while (pending > 0 && performance.now() < deadline) await pause(TRY_AGAIN_MS);
      dropped += pending;
      pending = 0;
    },
  };
}
