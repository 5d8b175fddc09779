import type { SQSRecord } from "aws-lambda";
import { createDispatcher } from "../../lib/dispatch/dispatcher.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { createQueueHandler, type QueueHandlerOptions } from "../../lib/queue/queue-handler.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { captureJudge, captureKeys } from "../support/fixtures.ts";
import { plainSample, signedMessage } from "../support/messages.ts";

/** Of Lambda's context: time enough. */
export const plenty = { getRemainingTimeInMillis: () => 30_000 };

const QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:metering";

/** What a queue gives of one message. */
export function queueRecord(messageId: string, body: string, overrides: Partial<SQSRecord> = {}): SQSRecord {
  return {
    messageId,
    body,
    receiptHandle: "",
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: "", SenderId: "", ApproximateFirstReceiveTimestamp: "" },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: QUEUE_ARN,
    awsRegion: "eu-west-1",
    ...overrides,
  };
}

/** The body of a message with one genuine sample. */
export function sampleBody(id: string): string {
  return toExactJson(signedMessage({ ...plainSample, message_id: id }));
}

/** A handler on this storage that trusts the captures' keys, and what it logs. */
export function handlerOn(storage: StorageDriver, options: Partial<QueueHandlerOptions> = {}) {
  const lines: string[] = [];
  const handle = createQueueHandler({
    judge: captureJudge(),
    keys: captureKeys(),
    dispatcher: createDispatcher(storage, createRecentlyRecorded()),
    logger: createLogger((line) => lines.push(line)),
    ...options,
  });
  return { handle, log: () => lines.map((line) => JSON.parse(line)), lines };
}
