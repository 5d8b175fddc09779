import type { SQSMessageAttributes, SQSRecord } from "aws-lambda";

/** The messages of an event, whoever made it: a test event by hand, or another trigger, has not all that Lambda gives. */
export type ReadEvent =
  | { readonly ok: true; readonly records: readonly SQSRecord[] }
  /** The kind of event that it is instead, and what to do. */
  | { readonly ok: false; readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;

const SQS = "aws:sqs";

/** Reads what Lambda hands over. Never throws, whatever that is. */
export function readSqsEvent(event: unknown): ReadEvent {
  const records = isObject(event) ? event.Records : undefined;
  if (!Array.isArray(records)) return notSqs(isObject(event) ? senderOf(event) : "no object");
  const others = records.filter((record) => !isObject(record) || isOther(record.eventSource) || hasNoBody(record));
  if (others.length > 0) return notSqs(isObject(others[0]) ? senderOf(others[0]) : "a list of something else");
  return { ok: true, records: records.filter(isObject).map(toRecord) };
}

function isOther(eventSource: unknown): boolean {
  return eventSource !== undefined && eventSource !== "" && eventSource !== SQS;
}

function hasNoBody({ body, messageId }: Fields): boolean {
  return typeof body !== "string" || typeof messageId !== "string";
}

function notSqs(what: string): ReadEvent {
  return {
    ok: false,
    problem: `not an event of an SQS queue, but ${what}: take that trigger away from this function, which reads queues; if it carries samples, have it send to the stack's queue (output QueueUrl) or topic (output TopicArn)`,
  };
}

/** Longest name of another service that is repeated. */
const SHOWN = 60;

function senderOf(fields: Fields): string {
  const { eventSource, EventSource, source, "detail-type": kind, requestContext, awslogs } = fields;
  const service = [eventSource, EventSource, source].find((one) => isOther(one) && typeof one === "string");
  if (typeof service === "string")
    return `one of ${service.slice(0, SHOWN)}${kind === undefined ? "" : " by EventBridge"}`;
  if (requestContext !== undefined) return "a request over HTTP";
  if (awslogs !== undefined) return "log lines of CloudWatch";
  return "something without Records that each have messageId and body, such as a test event";
}

/** A field that is missing, or no text, becomes the empty text. */
function toRecord(record: Fields): SQSRecord {
  const attributes = isObject(record.attributes) ? record.attributes : {};
  return {
    messageId: text(record.messageId),
    receiptHandle: text(record.receiptHandle),
    body: text(record.body),
    attributes: {
      ApproximateReceiveCount: text(attributes.ApproximateReceiveCount),
      SentTimestamp: text(attributes.SentTimestamp),
      SenderId: text(attributes.SenderId),
      ApproximateFirstReceiveTimestamp: text(attributes.ApproximateFirstReceiveTimestamp),
    },
    messageAttributes: attributesOf(record.messageAttributes),
    md5OfBody: text(record.md5OfBody),
    eventSource: SQS,
    eventSourceARN: text(record.eventSourceARN),
    awsRegion: text(record.awsRegion),
  };
}

function attributesOf(attributes: unknown): SQSMessageAttributes {
  if (!isObject(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      isObject(value) && typeof value.stringValue === "string"
        ? [[name, { stringValue: value.stringValue, dataType: text(value.dataType) }]]
        : [],
    ),
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
