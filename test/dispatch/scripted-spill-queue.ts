import type { Spilled, SpilledMessage, SpillQueue } from "../../lib/dispatch/spill-queue.ts";

export interface ScriptedSpillQueue extends SpillQueue {
  /** The first byte of each message in each call so far. */
  readonly calls: readonly (readonly number[])[];
  /** Calls not yet answered. */
  readonly pending: number;
}

/** A queue that answers as told, for all that a real one does when it is in trouble. */
export function scriptedSpillQueue(
  answer: (messages: readonly SpilledMessage[]) => Spilled | Promise<Spilled> = () => ({ ok: true }),
  maxBytes = 100_000,
): ScriptedSpillQueue {
  const calls: (readonly number[])[] = [];
  let pending = 0;
  return {
    maxBytes,
    calls,
    get pending() {
      return pending;
    },
    async send(messages) {
      calls.push(messages.map(({ bytes }) => bytes[0] ?? -1));
      pending++;
      try {
        return await answer(messages);
      } finally {
        pending--;
      }
    },
    async close() {},
  };
}

/** A message whose first byte tells which it is. */
export function spilledMessage(number: number, length = 72): SpilledMessage {
  const bytes = new Uint8Array(length).fill(number, 0, 1);
  return { bytes, receipt: { listener: "udp", address: "127.0.0.1", receivedAt: 1_790_000_000_000 } };
}
