import { createSecretKey, randomUUID } from "node:crypto";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import { generatedSamples } from "../../lib/cli/send/generate.ts";
import type { ValueMap } from "../../lib/sample/value.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { REGION } from "./resolve.ts";

/** A queue message as it is handed to a function, with what a check has to know of it. */
export interface QueueMessage {
  readonly record: SQSRecord;
  /** Of the samples that it carries. */
  readonly messageIds: readonly string[];
}

/** A queue outside AWS, of which the function knows nothing. */
const METERING = `arn:aws:sqs:${REGION}:000000000000:metering`;

/** Messages of so many genuine samples each. */
export function genuineMessages(
  secret: string,
  messages: number,
  samplesEach: number,
  sourceArn?: string,
): readonly QueueMessage[] {
  const samples = Array.from(generatedSamples(keyOf(secret), messages * samplesEach));
  return Array.from({ length: messages }, (_, index) => {
    const own = samples.slice(index * samplesEach, (index + 1) * samplesEach);
    return { record: recordOf(toExactJson(own), sourceArn), messageIds: own.map(messageIdOf) };
  });
}

/** One sample that somebody without the secret signed. */
export function forgedMessage(): QueueMessage {
  return { record: recordOf(toExactJson(Array.from(generatedSamples(keyOf("another secret"), 1)))), messageIds: [] };
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

/** A message that was sent just now. */
export function recordOf(body: string, sourceArn: string = METERING): SQSRecord {
  const sent = String(Date.now());
  return {
    messageId: randomUUID(),
    receiptHandle: randomUUID(),
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: sent,
      SenderId: "AIDAREHEARSAL",
      ApproximateFirstReceiveTimestamp: sent,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: sourceArn,
    awsRegion: REGION,
  };
}
