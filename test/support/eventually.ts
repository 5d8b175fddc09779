import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 2;

/** Waits until the condition holds, or fails with what it was about. */
export async function eventually(what: string, holds: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(POLL_MS);
  }
}
