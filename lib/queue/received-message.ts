import type { SQSRecord } from "aws-lambda";
import type { Arrived, MessageAttributes } from "../sample/arrived.ts";
import { accept, type Rejected, type Result } from "../sample/rejection.ts";
import { decodeSpillBatch, isSpillBatch } from "./spill-batch.ts";
import { timeFrom } from "./sqs-time.ts";

/** The prefix of our own attributes. Outside the spill queue, where only we write, they are dropped. */
const ownAttributePrefix = "countersign-";
/** When a message that was redriven was first received: milliseconds since 1970, in decimal. */
export const receivedAtAttribute = `${ownAttributePrefix}received-at`;

/** One message that a record brings. */
export interface Arrival {
  readonly arrived: Arrived;
  /** Why there is nothing to judge. */
  readonly rejection?: Rejected;
}

/**
 * The messages that a queue's record brings: itself, or those of a spill batch, each with its first receipt.
 *
 * @param trusted the record came from the spill queue, where only we write: otherwise nothing in it is taken for ours
 * @returns a rejection for a trusted spill batch that can't be read at all. It holds what was proved genuine once, so
 *   it must not be given up for that
 */
export function arrivalsOf(record: SQSRecord, trusted: boolean): Result<readonly Arrival[]> {
  if (trusted && isSpillBatch(record.body)) return spilledIn(record);
  return accept([{ arrived: textOf(record, record.body, textAttributes(record, trusted)) }]);
}

function spilledIn(record: SQSRecord): Result<readonly Arrival[]> {
  const batch = decodeSpillBatch(record.body);
  if (!batch.ok) return batch;
  return accept([
    ...batch.messages.map((spilled) => ({ arrived: { form: "bytes" as const, ...spilled } })),
    ...batch.unreadable.map(({ text, rejection }) => ({ arrived: textOf(record, text, {}), rejection })),
  ]);
}

function textOf(record: SQSRecord, text: string, attributes: MessageAttributes): Arrived {
  const receivedAt = timeFrom(attributes[receivedAtAttribute]) ?? arrivalTime(record);
  return { form: "text", text, attributes, receipt: { listener: "queue", address: undefined, receivedAt } };
}

function textAttributes(record: SQSRecord, trusted: boolean): MessageAttributes {
  return Object.fromEntries(
    Object.entries(record.messageAttributes).flatMap(([name, { stringValue }]) =>
      stringValue === undefined || (!trusted && name.startsWith(ownAttributePrefix)) ? [] : [[name, stringValue]],
    ),
  );
}

/** When the queue got it. A server that does not say leaves this moment, which no retired key outlives. */
function arrivalTime({ attributes }: SQSRecord): number {
  return timeFrom(attributes.SentTimestamp) ?? timeFrom(attributes.ApproximateFirstReceiveTimestamp) ?? Date.now();
}
