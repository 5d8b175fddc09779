import type { MessageInHand } from "./tracked-message.ts";

/**
 * The messages whose samples are on their way. While storage hangs, whoever sends a captured message again and again
 * would otherwise fill memory with it, and then the spill queue.
 */
export interface PendingMessages {
  /** The message on its way that carries all samples of these fingerprints; undefined if there is none. */
  same(fingerprints: readonly string[]): MessageInHand | undefined;
  /** @returns what takes them out again, once the message has come to an end; it holds nothing of the samples */
  add(fingerprints: readonly string[], message: MessageInHand): () => void;
}

export function createPendingMessages(): PendingMessages {
  const byFingerprint = new Map<string, MessageInHand>();
  return {
    same(fingerprints) {
      const [first = ""] = fingerprints;
      const message = byFingerprint.get(first);
      return message !== undefined && fingerprints.every((one) => byFingerprint.get(one) === message)
        ? message
        : undefined;
    },
    add(fingerprints, message) {
      for (const one of fingerprints) byFingerprint.set(one, message);
      return () => {
        for (const one of fingerprints) if (byFingerprint.get(one) === message) byFingerprint.delete(one);
      };
    },
  };
}
