import type { Io } from "./io.ts";

export interface Progress {
  show(done: number): void;
  done(done: number, seconds: number): void;
}

const WIDTH = 30;
/** A terminal is repainted, and a plain line written, at most so often. */
const REPAINT_MS = 100;
const PLAIN_LINE_MS = 5_000;

/** A bar on a terminal; elsewhere a plain line now and then, and one at the end. */
export function createProgress(io: Io, total: number, now: () => number = () => performance.now()): Progress {
  let last = now();
  return {
    show(done) {
      const time = now();
      if (time - last < (io.isTerminal ? REPAINT_MS : PLAIN_LINE_MS)) return;
      last = time;
      if (io.isTerminal) io.progress(bar(done, total));
      else io.err(`sent ${done} of ${total}`);
    },
    done(done, seconds) {
      io.progress("");
      io.out(`sent ${done} messages in ${seconds.toFixed(1)} s`);
    },
  };
}

function bar(done: number, total: number): string {
  const filled = Math.floor((done / Math.max(total, 1)) * WIDTH);
  return `[${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}] ${done} of ${total}`;
}
