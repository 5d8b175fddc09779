/** How long a task's process takes from SIGTERM to its end, in milliseconds. ECS kills it at 120 s (`stopTimeout`). */
export const stopTimes = {
  /**
   * Datagrams are still welcome for so long. In a deployment the load balancer has sent the last one before the signal
   * comes; a task that is stopped by hand is signalled at once, and gets new flows until its failed health checks count.
   */
  drainMs: 30_000,
  /** For storage to take what is held. */
  flushMs: 45_000,
  /** For the spill queue to take the rest. */
  spillMs: 30_000,
  /** The whole of it; then the process says what may be lost, as ECS would kill it without a word. */
  stopWithinMs: 115_000,
  /** For the last lines of the log, within the time that ECS grants. */
  lastLinesMs: 2_000,
} as const;
