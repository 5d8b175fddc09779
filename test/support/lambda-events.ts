import type { SQSEvent } from "aws-lambda";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { datagrams, fixture, notificationBodies } from "./fixtures.ts";
import { plainSample, signedMessage } from "./messages.ts";

/** What the event source hands over for these messages. */
export function sqsEvent(...bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`,
      receiptHandle: `receipt-${index + 1}`,
      body,
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "1664539200123",
        SenderId: "AIDAEXAMPLE",
        ApproximateFirstReceiveTimestamp: "1664539200124",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:metering",
      awsRegion: "eu-west-1",
    })),
  };
}

/** The events of `events/*.json`, by name: all that a queue may bring, signed with the captures' secret. */
export function lambdaEvents(): Readonly<Record<string, SQSEvent>> {
  const sample = signedMessage(plainSample);
  const forged = new Map(sample).set("counter_volume", 1n);
  const oslo = notificationBodies()["notifier_v2_per_meter_0.body"] ?? "";
  const notification = {
    Type: "Notification",
    MessageId: "9c5f4e0e-6c0f-5d7a-8a53-1b0f4c0c7f11",
    TopicArn: "arn:aws:sns:eu-west-1:123456789012:metering",
    Message: oslo,
    Timestamp: "2022-09-30T12:00:01.000Z",
  };
  return {
    // As JSON, and as datagrams that a relay put into the queue as they were.
    samples: sqsEvent(
      toExactJson([sample]),
      ...datagrams()
        .slice(0, 2)
        .map((one) => one.toString("base64")),
    ),
    // Changed after it was signed, not a message at all, and a good one between neighbours that are not.
    bad: sqsEvent(toExactJson([forged]), "hello", toExactJson([forged, sample])),
    oslo: sqsEvent(oslo),
    sns: sqsEvent(JSON.stringify(notification)),
    events: sqsEvent(fixture("notifications/event_notifier_v2.body").toString("utf8")),
  };
}
