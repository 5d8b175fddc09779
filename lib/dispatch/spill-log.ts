import type { Logger } from "../log/logger.ts";

/** The log lines of a spiller about its queue: one per change, never one per message. */
export interface SpillLog {
  /** A call failed that will be made again. */
  refused(cause: unknown, held: number, heldBytes: number): void;
  /** Messages were shed that the queue would take at no time. */
  refusedForEver(messages: number, cause: unknown): void;
  /** A message was shed because memory is full. */
  full(): void;
  /** Messages were shed because time ran out. */
  abandoned(messages: number): void;
  /** A call succeeded. */
  sent(): void;
}

export function createSpillLog(logger: Logger): SpillLog {
  let refused = 0;
  let shed = 0;
  return {
    refused(cause, held, heldBytes) {
      if (refused++ === 0) {
        logger.warn("the spill queue takes nothing now; it is tried again for as long as memory holds", {
          cause,
          held,
          heldBytes,
        });
      }
    },
    refusedForEver(messages, cause) {
      logger.error("messages were shed: the spill queue will never take them", { messages, cause });
    },
    full() {
      if (shed++ === 0)
        logger.error("messages are shed, the oldest first: the spill queue takes too few, memory is full");
    },
    abandoned(messages) {
      logger.error("messages were shed: the spill queue did not take them before the collector had to stop", {
        messages,
      });
    },
    sent() {
      if (shed > 0) logger.error("messages were shed while memory was full", { messages: shed });
      if (refused > 0) logger.info("the spill queue takes messages again", { attempts: refused });
      refused = 0;
      shed = 0;
    },
  };
}
