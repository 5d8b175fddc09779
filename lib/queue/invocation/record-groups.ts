import type { SQSRecord } from "aws-lambda";

/** A record and its place in the event. */
export interface Numbered {
  readonly record: SQSRecord;
  readonly number: number;
}

/** The messages that go to storage in one call: enough to fill its batches, few enough to finish one after another. */
const MESSAGES_A_CALL = 100;
/** Characters of their bodies: a message of the spill queue holds some hundred datagrams. */
const CHARACTERS_A_CALL = 1_048_576;

/**
 * An event's records in the order in which they are judged and stored, some at a time. A message that was received
 * before goes alone and after the others: it may be the one that cost the last invocation, and is not to cost this one
 * before its neighbours are stored. Short ones go first: a message costs what its bytes can cost.
 */
export function groupsOf(records: readonly SQSRecord[]): readonly (readonly Numbered[])[] {
  const shortestFirst = records
    .map((record, number) => ({ record, number }))
    .sort((one, other) => one.record.body.length - other.record.body.length);
  const again = shortestFirst.filter(({ record }) => wasReceivedBefore(record));
  const first = shortestFirst.filter(({ record }) => !wasReceivedBefore(record));
  return [...callsOf(first), ...again.map((one) => [one])];
}

function callsOf(records: readonly Numbered[]): readonly (readonly Numbered[])[] {
  const calls: Numbered[][] = [];
  let characters = 0;
  for (const one of records) {
    const last = calls.at(-1);
    characters += one.record.body.length;
    if (last !== undefined && last.length < MESSAGES_A_CALL && characters <= CHARACTERS_A_CALL) last.push(one);
    else {
      calls.push([one]);
      characters = one.record.body.length;
    }
  }
  return calls;
}

/** A server that does not say how often has given it out for the first time. */
function wasReceivedBefore({ attributes }: SQSRecord): boolean {
  return Number(attributes.ApproximateReceiveCount) > 1;
}
