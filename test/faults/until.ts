import { setTimeout as pause } from "node:timers/promises";

const LOOK_AGAIN_MS = 100;

/** Waits for what only a question to a server can tell. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(LOOK_AGAIN_MS);
  }
}
