import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSMessageAttribute, SQSRecord } from "aws-lambda";
import type { Logger } from "../log/logger.ts";
import { eventSourceArn } from "./queue-arn.ts";
import type { Queue } from "./queue-client.ts";
import type { QueueHandler } from "./queue-handler.ts";

export interface PollerCounters {
  /** Deliveries: a message that comes back counts again. */
  readonly received: number;
  /** Answered and deleted. */
  readonly deleted: number;
  /** Left in the queue for another try. */
  readonly failed: number;
}

export interface Poller {
  start(): void;
  /** Finishes the messages in hand, then stops. */
  stop(): Promise<void>;
  counters(): PollerCounters;
}

/** SQS gives at most ten messages a call. */
const MESSAGES_A_CALL = 10;
/**
 * Seconds that a call waits for its first message. A stop lets the call end by itself: one that is cut off may
 * still take messages, which then stay invisible until the queue's time-out.
 */
const WAIT_SECONDS = 1;
/** Time that the handler gets for one call, so that a stop with messages in hand stays within ten seconds. */
const HANDLER_MS = 8_000;
/** Pause after a call to the queue that failed, doubled each time up to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5_000;

/** Does for a queue on any machine what Lambda's event source does in AWS: receive, hand over, delete what is done. */
export function createPoller(queue: Queue, handler: QueueHandler, logger: Logger): Poller {
  const stopping = new AbortController();
  const counters = { received: 0, deleted: 0, failed: 0 };
  let running: Promise<void> | undefined;

  const pollOnce = async () => {
    const messages = await receive(queue);
    if (messages.length === 0) return;
    counters.received += messages.length;
    const deadline = Date.now() + HANDLER_MS;
    const answer = await handler(toEvent(messages, queue.url), {
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    const failed = new Set(answer.batchItemFailures.map((failure) => failure.itemIdentifier));
    counters.failed += failed.size;
    const done = messages.filter((message) => !failed.has(message.MessageId ?? ""));
    await deleteAll(queue, done);
    counters.deleted += done.length;
  };

  const poll = async () => {
    let pause = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      try {
        await pollOnce();
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        logger.error("the queue can't be read", { queue: queue.url, error });
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => "cut short");
        pause = Math.min(pause * 2, LAST_PAUSE_MS);
      }
    }
  };

  return {
    start() {
      running ??= poll();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    counters: () => ({ ...counters }),
  };
}

async function receive(queue: Queue): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: MESSAGES_A_CALL,
    WaitTimeSeconds: WAIT_SECONDS,
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  return (await queue.client.send(command)).Messages ?? [];
}

async function deleteAll(queue: Queue, messages: readonly Message[]): Promise<void> {
  if (messages.length === 0) return;
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await queue.client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
}

/** The event that Lambda would make of the same messages. */
function toEvent(messages: readonly Message[], queueUrl: string): SQSEvent {
  const sourceArn = eventSourceArn(queueUrl);
  return { Records: messages.map((message) => toRecord(message, sourceArn)) };
}

function toRecord(message: Message, sourceArn: string): SQSRecord {
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    attributes: {
      ApproximateReceiveCount: message.Attributes?.ApproximateReceiveCount ?? "1",
      SentTimestamp: message.Attributes?.SentTimestamp ?? "",
      SenderId: message.Attributes?.SenderId ?? "",
      ApproximateFirstReceiveTimestamp: message.Attributes?.ApproximateFirstReceiveTimestamp ?? "",
    },
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, toAttribute(value)]),
    ),
    md5OfBody: message.MD5OfBody ?? "",
    eventSource: "aws:sqs",
    eventSourceARN: sourceArn,
    awsRegion: sourceArn.split(":")[3] ?? "",
  };
}

/** Lambda gives binary values as base64. */
function toAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString("base64") }),
    dataType: DataType ?? "",
  };
}
