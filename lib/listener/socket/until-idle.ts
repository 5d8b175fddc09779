import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";

/** The first turn may begin after the sockets were looked at, so one quiet turn proves nothing. */
const QUIET_TURNS = 2;
/** Between looks while something waits for storage, which needs the time more than we do. */
const WAITING_MS = 5;

/**
 * Lets the event loop bring in what the system already holds for our sockets.
 *
 * @param arrived a figure that grows with whatever arrives
 * @param waiting true while something that has arrived can't be taken yet
 * @param withinMs the longest to wait: a busy sender is never quiet
 */
export async function untilIdle(arrived: () => number, waiting: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  let quiet = 0;
  while (quiet < QUIET_TURNS && performance.now() < deadline) {
    const before = arrived();
    await (waiting() ? delay(WAITING_MS) : nextTurn());
    quiet = arrived() === before && !waiting() ? quiet + 1 : 0;
  }
}
