import { createHash } from "node:crypto";
import type { SQSRecord } from "aws-lambda";
import { explainedReceipts, mostReceipts } from "./invocation/retry-pauses.ts";
import { timeFrom } from "./sqs-time.ts";

/** SQS may deliver a message twice at once; that alone is no reason to suspect it. */
const NEVER_COUNTED = 1;
/** At so many receipts, and each multiple of it, a suspect is judged. */
const STRIKE = 50;

/** What every one of them is a strike of, SQS gives up by itself. */
export const strikes = mostReceipts / STRIKE;

/** @returns 1 where a server does not say how often it has given the message out */
export function receiptsOf({ attributes }: SQSRecord): number {
  const receipts = Number(attributes.ApproximateReceiveCount);
  return Number.isSafeInteger(receipts) && receipts > 0 ? receipts : 1;
}

/**
 * Whether a message came back sooner than anybody has told it to: then whoever handled it did not live to do so. It may
 * be what ended the process, or was beside that, or nobody was there who handled anything.
 *
 * @param now milliseconds since 1970
 */
export function isSuspect(record: SQSRecord, now: number): boolean {
  const first = timeFrom(record.attributes.ApproximateFirstReceiveTimestamp);
  if (first === undefined) return false;
  return receiptsOf(record) > explainedReceipts(now - first) + NEVER_COUNTED;
}

/**
 * Whether a suspect is to be judged this time. It is otherwise given back at once until it is: so the count of its
 * receipts, the one thing that outlives a process, tells how often it was judged. At the last strike SQS sets it aside.
 */
export function isStrike(record: SQSRecord): boolean {
  return receiptsOf(record) % STRIKE === 0;
}

/**
 * Suspects in the order in which they are judged. One of them ends the process and all behind it have been received in
 * vain, so at every second strike the order is the reverse of the one before, and then another one by chance.
 */
export function judgingOrder(suspects: readonly SQSRecord[]): readonly SQSRecord[] {
  const keyed = suspects.map((record) => {
    const strike = Math.floor(receiptsOf(record) / STRIKE);
    const pair = Math.ceil(strike / 2);
    const digest = createHash("sha256").update(`${pair} ${record.messageId}`).digest().readUInt32BE();
    return { record, key: strike % 2 === 0 ? -digest : digest };
  });
  return keyed.sort((one, other) => one.key - other.key).map(({ record }) => record);
}

/** @returns how long ago the queue got the message, in milliseconds: it keeps it so many days from then on */
export function ageOf({ attributes }: SQSRecord, now: number): number {
  const since = timeFrom(attributes.SentTimestamp) ?? timeFrom(attributes.ApproximateFirstReceiveTimestamp) ?? now;
  return Math.max(0, now - since);
}
