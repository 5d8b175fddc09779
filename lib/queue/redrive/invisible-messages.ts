import { ChangeMessageVisibilityBatchCommand, type Message } from "@aws-sdk/client-sqs";
import type { Queue } from "../queue-client.ts";

/** Messages that were taken from a queue and are to stay there: each once, however often the queue gives it. */
export interface InvisibleMessages {
  readonly size: number;
  keep(message: Message): void;
  /** Whether the message is held already. The queue gave it anew, so from now on it is held by its new handle. */
  meetsAgain(message: Message): boolean;
  /** Makes all of them visible again at once. What can't be is when its time is up. */
  release(): Promise<void>;
}

const MESSAGES_A_CALL = 10;

export function createInvisibleMessages({ client, url }: Queue): InvisibleMessages {
  const handles = new Map<string, string>();
  const keep = ({ MessageId = "", ReceiptHandle = "" }: Message) => void handles.set(MessageId, ReceiptHandle);
  return {
    get size() {
      return handles.size;
    },
    keep,
    meetsAgain(message) {
      if (!handles.has(message.MessageId ?? "")) return false;
      keep(message);
      return true;
    },
    async release() {
      const all = [...handles.values()];
      handles.clear();
      for (let first = 0; first < all.length; first += MESSAGES_A_CALL) {
        const Entries = all
          .slice(first, first + MESSAGES_A_CALL)
          .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
        try {
          await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
        } catch {
          // A queue that is gone now would make us wait for every ten of them.
          return;
        }
      }
    },
  };
}
