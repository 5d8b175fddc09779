import type { TrackedMessage } from "./tracked-message.ts";

/**
 * The messages whose samples are on their way. While storage hangs, whoever sends a captured message again and again
 * would otherwise fill memory with it, and then the spill queue.
 */
export interface PendingMessages {
  /** The message on its way that carries all samples of these contents; undefined if there is none. */
  same(contents: readonly string[]): TrackedMessage | undefined;
  add(contents: readonly string[], message: TrackedMessage): void;
  /** Once the message has come to its end. */
  remove(contents: readonly string[], message: TrackedMessage): void;
}

export function createPendingMessages(): PendingMessages {
  const byContent = new Map<string, TrackedMessage>();
  return {
    same(contents) {
      const [first = ""] = contents;
      const message = byContent.get(first);
      return message !== undefined && contents.every((one) => byContent.get(one) === message) ? message : undefined;
    },
    add(contents, message) {
      for (const one of contents) byContent.set(one, message);
    },
    remove(contents, message) {
      for (const one of contents) if (byContent.get(one) === message) byContent.delete(one);
    },
  };
}
