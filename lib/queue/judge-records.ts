import type { SQSRecord } from "aws-lambda";
import type { Judge } from "../judge/judge.ts";
import type { KeySource } from "../keys/keyring.ts";
import type { Arrived } from "../quarantine/quarantine.ts";
import type { Genuine } from "../sample/genuine.ts";
import type { Result } from "../sample/rejection.ts";
import { isFromQueue } from "./queue-arn.ts";
import { type Arrival, arrivalsOf } from "./received-message.ts";

/** One message of those that a record brings, opened. */
export interface Judged {
  readonly arrived: Arrived;
  readonly results: readonly Result<Genuine>[];
}

export interface JudgeRecordsOptions {
  readonly judge: Judge;
  /** The judge's. */
  readonly keys: Pick<KeySource, "settled">;
  /** URL of the queue whose messages are ours; null for none. */
  readonly spillQueue: string | null;
}

/** @returns the messages of each record, or why a record of the spill queue can't be read */
export async function judgeRecords(
  records: readonly SQSRecord[],
  { judge, keys, spillQueue }: JudgeRecordsOptions,
): Promise<readonly Result<readonly Judged[]>[]> {
  const judged = records.map((record): Result<readonly Judged[]> => {
    const trusted = spillQueue !== null && isFromQueue(record.eventSourceARN, spillQueue);
    const arrivals = arrivalsOf(record, trusted);
    return arrivals.ok ? { ok: true, value: arrivals.value.map((arrival) => judgeOne(arrival, judge)) } : arrivals;
  });
  if (!judged.some((record) => record.ok && record.value.some(missesKey))) return judged;
  // The key may have been added a moment ago, and a queue has the time to look.
  await keys.settled();
  // Only those, because judging counts each key's uses.
  const again = (one: Judged) => (missesKey(one) ? judgeOne(one, judge) : one);
  return judged.map((record) => (record.ok ? { ok: true, value: record.value.map(again) } : record));
}

function judgeOne({ arrived, rejection }: Arrival, judge: Judge): Judged {
  if (rejection !== undefined) return { arrived, results: [rejection] };
  const { receipt } = arrived;
  const results =
    arrived.form === "bytes"
      ? judge.bytes(arrived.bytes, receipt)
      : judge.text(arrived.text, arrived.attributes, receipt);
  return { arrived, results };
}

function missesKey({ results }: Judged): boolean {
  return results.some((result) => !result.ok && result.reason === "unknown-key");
}
