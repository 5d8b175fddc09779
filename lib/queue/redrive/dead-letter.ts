import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import { isFromQueue } from "../queue-arn.ts";
import { queuePlace } from "../queue-place.ts";
import { receivedAtAttribute } from "../received-message.ts";
import { isSpillBatch } from "../spill-batch.ts";
import { timeFrom } from "../sqs-time.ts";

/** A message to send again, and what of it could not be kept. */
export interface Forwarded {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** As SQS counts: the body, and each attribute's name, type and value. */
  readonly bytes: number;
  /** There was no room to say when it was first received. */
  readonly undated: boolean;
}

/** SQS takes no more. */
const MAX_ATTRIBUTES = 10;
const MAX_MESSAGE_BYTES = 1_048_576;
/** Outsiders may send attributes; only so much of one is repeated. */
const SHOWN_CODE_LENGTH = 40;

/** Why a message is among the dead letters, for a person. */
export function whyDead({ Attributes, MessageAttributes }: Message): string {
  const source = Attributes?.DeadLetterQueueSourceArn;
  if (source !== undefined) return `failed too often in ${source.split(":").at(-1)}`;
  const code = MessageAttributes?.ErrorCode?.StringValue;
  if (code === undefined) return "unknown";
  return `SNS could not deliver: ${code.slice(0, SHOWN_CODE_LENGTH).replace(/[^\x20-\x7e]/g, "?")}`;
}

/**
 * Whether the queue that a message goes to is the one that gave it up. Only then is it as trusted as that queue: when
 * it says so itself, anybody could. A server on this machine does not tell, and has no outsiders; of one elsewhere
 * nobody knows.
 *
 * @param from URL of the dead-letter queue
 * @param to URL of the queue that it goes to
 */
export function isReturning({ Attributes }: Message, from: string, to: string): boolean {
  const source = Attributes?.DeadLetterQueueSourceArn;
  if (source !== undefined) return isFromQueue(source, to);
  return [from, to].every((url) => queuePlace(url)?.kind === "local");
}

/** @returns why a message must not be sent there; undefined if it may */
export function whyNotForwarded(message: Message, returning: boolean): string | undefined {
  if (returning || !isSpillBatch(message.Body ?? "")) return undefined;
  // A spill queue would believe the receipts in it, whoever wrote them.
  return "a spill batch, but not from the queue of --to: give --to the spill queue that it came from";
}

/**
 * Why a message must not be sent there by itself, without a person: it was, and is back, or nothing would show that it was.
 * The time of the first receipt is the mark, as each message gets one on this way, and the spill queue has it from nobody else.
 *
 * @returns undefined if it may
 */
export function whyNotOnceMore(message: Message, returning: boolean): string | undefined {
  const own = message.MessageAttributes?.[receivedAtAttribute];
  if (returning && own !== undefined) return "was moved before, and failed again";
  return forwarded(message, returning).undated ? "has no room for what shows that it was moved" : undefined;
}

/** The same body and attributes, with the time of the first receipt: its own if it is returning, else the queue's. */
export function forwarded(message: Message, returning: boolean): Forwarded {
  const body = message.Body ?? "";
  const { [receivedAtAttribute]: own, ...others } = message.MessageAttributes ?? {};
  const receivedAt =
    (returning ? timeFrom(own?.StringValue) : undefined) ?? timeFrom(message.Attributes?.SentTimestamp);
  const plain = { body, attributes: others, bytes: sizeOf(body, others) };
  if (receivedAt === undefined || Object.keys(others).length >= MAX_ATTRIBUTES) return { ...plain, undated: true };
  const attributes = { ...others, [receivedAtAttribute]: { DataType: "String", StringValue: String(receivedAt) } };
  const bytes = sizeOf(body, attributes);
  return bytes > MAX_MESSAGE_BYTES ? { ...plain, undated: true } : { body, attributes, bytes, undated: false };
}

function sizeOf(body: string, attributes: Readonly<Record<string, MessageAttributeValue>>): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType = "", StringValue = "", BinaryValue }] of Object.entries(attributes)) {
    bytes += name.length + DataType.length + Buffer.byteLength(StringValue) + (BinaryValue?.length ?? 0);
  }
  return bytes;
}
