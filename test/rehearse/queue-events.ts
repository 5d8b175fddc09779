import { createSecretKey, randomUUID } from "node:crypto";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { generatedSamples } from "../../lib/cli/generate.ts";
import { toExactJson } from "../../lib/collector/exact-json.ts";
import type { ValueMap } from "../../lib/collector/value.ts";
import { REGION } from "./resolve.ts";

/** A queue message as it is handed to a function, with what a check has to know of it. */
export interface QueueMessage {
  readonly record: SQSRecord;
  /** Of the samples that it carries. */
  readonly messageIds: readonly string[];
}

const SENT_TIMESTAMP = "1727697600000";

/** Messages of so many genuine samples each. */
export function genuineMessages(secret: string, messages: number, samplesEach: number): readonly QueueMessage[] {
  const samples = Array.from(generatedSamples(keyOf(secret), messages * samplesEach));
  return Array.from({ length: messages }, (_, index) => {
    const own = samples.slice(index * samplesEach, (index + 1) * samplesEach);
    return { record: recordOf(own), messageIds: own.map(messageIdOf) };
  });
}

/** One sample that somebody without the secret signed. */
export function forgedMessage(): QueueMessage {
  return { record: recordOf(Array.from(generatedSamples(keyOf("another secret"), 1))), messageIds: [] };
}

export function eventOf(messages: readonly QueueMessage[]): SQSEvent {
  return { Records: messages.map(({ record }) => record) };
}

export function messageIdOf(sample: ValueMap): string {
  return String(sample.get("message_id"));
}

export function keyOf(secret: string) {
  return createSecretKey(Buffer.from(secret, "utf8"));
}

function recordOf(samples: readonly ValueMap[]): SQSRecord {
  return {
    messageId: randomUUID(),
    receiptHandle: randomUUID(),
    body: toExactJson(samples),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: SENT_TIMESTAMP,
      SenderId: "AIDAREHEARSAL",
      ApproximateFirstReceiveTimestamp: SENT_TIMESTAMP,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${REGION}:123456789012:metering`,
    awsRegion: REGION,
  };
}
