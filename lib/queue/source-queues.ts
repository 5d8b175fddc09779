import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { mapInParallel } from "../flow/in-parallel.ts";
import type { Logger } from "../log/logger.ts";
import { isFromQueue, queueUrlOf } from "./queue-arn.ts";
import { openQueue, type Queue } from "./queue-client.ts";

/** The queues that records came from, for what is done to a message beside naming it as failed. Nothing here rejects. */
export interface SourceQueues {
  /** Has each message come back after so many seconds. One that can't be told so comes back when its queue says. */
  hide(messages: readonly Hidden[]): Promise<void>;
  /** Deletes messages that are done. One that can't be deleted comes back, and changes nothing that is stored. */
  remove(records: readonly SQSRecord[]): Promise<void>;
  /** Releases the clients that were opened here. */
  close(): void;
}

export interface Hidden {
  readonly record: SQSRecord;
  readonly seconds: number;
}

/** SQS takes no more. */
const MESSAGES_A_CALL = 10;
/** A batch of a hundred messages in one round; of ten thousand, Lambda's largest, in a hundred. */
const CALLS_AT_A_TIME = 10;

/** @param known queues with clients of the caller's. Any other of AWS is found by the ARN that Lambda names it by */
export function createSourceQueues(logger: Logger, known: readonly Queue[] = []): SourceQueues {
  const opened = new Map<string, Queue>();

  const queueOf = (arn: string): Queue | undefined => {
    const own = known.find(({ url }) => isFromQueue(arn, url)) ?? opened.get(arn);
    const url = own === undefined ? queueUrlOf(arn) : undefined;
    const found = url === undefined ? undefined : openQueue(url);
    if (found === undefined || "problem" in found) return own;
    opened.set(arn, found);
    return found;
  };

  /** Makes calls of ten messages each, and tells of those that the queue does not name as done. */
  const inTens = async <Item>(
    items: readonly Item[],
    recordOf: (item: Item) => SQSRecord,
    call: (queue: Queue, ten: readonly Item[]) => Promise<readonly unknown[] | undefined>,
    trouble: string,
  ): Promise<void> => {
    // An event that was made by hand has none.
    const sent = items.filter((item) => recordOf(item).receiptHandle !== "");
    const calls = [...new Set(sent.map((item) => recordOf(item).eventSourceARN))].flatMap((arn) => {
      const queue = queueOf(arn);
      const ofOne = sent.filter((item) => recordOf(item).eventSourceARN === arn);
      return queue === undefined ? [] : tens(ofOne).map((ten) => ({ queue, ten }));
    });
    let left = 0;
    let error: unknown;
    await mapInParallel(calls, CALLS_AT_A_TIME, async ({ queue, ten }) => {
      try {
        left += ten.length - ((await call(queue, ten))?.length ?? 0);
      } catch (cause) {
        left += ten.length;
        error = cause;
      }
    });
    if (left > 0) logger.warn(trouble, { messages: left, error: error ?? "the answer does not name them" });
  };

  return {
    hide: (messages) =>
      inTens(
        messages,
        ({ record }) => record,
        async ({ client, url }, ten) => {
          const Entries = ten.map(({ record: { receiptHandle }, seconds }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }));
          return (await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }))).Successful;
        },
        "messages come back when their queue says, and not later: their visibility could not be changed",
      ),
    remove: (records) =>
      inTens(
        records,
        (record) => record,
        async ({ client, url }, ten) => {
          const Entries = ten.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
          return (await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }))).Successful;
        },
        "messages that are done could not be deleted, and may come again",
      ),
    close() {
      for (const { client } of opened.values()) client.destroy();
    },
  };
}

function tens<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / MESSAGES_A_CALL);
  return Array.from({ length: count }, (_, call) => items.slice(call * MESSAGES_A_CALL, (call + 1) * MESSAGES_A_CALL));
}
