import type { SQSRecord } from "aws-lambda";
import type { Judge } from "../judge/judge.ts";
import type { KeySource } from "../keys/keyring.ts";
import type { Arrived } from "../sample/arrived.ts";
import type { Genuine } from "../sample/genuine.ts";
import { accept, type Result } from "../sample/rejection.ts";
import type { JudgingTime } from "./invocation/judging-time.ts";
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

/** @returns the messages of each record, or why a record of the spill queue can't be read; of the first ones, as far as time goes */
export async function judgeRecords(
  records: readonly SQSRecord[],
  { judge, keys, spillQueue }: JudgeRecordsOptions,
  time: JudgingTime,
): Promise<readonly Result<readonly Judged[]>[]> {
  const judged = await whileTime(records, async (record): Promise<Result<readonly Judged[]> | undefined> => {
    const trusted = spillQueue !== null && isFromQueue(record.eventSourceARN, spillQueue);
    const arrivals = arrivalsOf(record, trusted);
    if (!arrivals.ok) return arrivals;
    const messages = await whileTime(arrivals.value, (arrival) => judgeOne(arrival, judge, time));
    return messages.length < arrivals.value.length ? undefined : accept(messages);
  });
  if (!judged.some((record) => record.ok && record.value.some(missesKey))) return judged;
  // The key may have been added a moment ago, and a queue has the time to look.
  await keys.settled();
  return whileTime(judged, async (record): Promise<Result<readonly Judged[]> | undefined> => {
    if (!record.ok) return record;
    // Only those, because judging counts each key's uses.
    const messages = await whileTime(record.value, async (one) => (missesKey(one) ? judgeOne(one, judge, time) : one));
    return messages.length < record.value.length ? undefined : accept(messages);
  });
}

/** One after another, up to the first that time runs out on. */
async function whileTime<Item, Done>(
  items: readonly Item[],
  each: (item: Item) => Promise<Done | undefined>,
): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const item of items) {
    const one = await each(item);
    if (one === undefined) break;
    done.push(one);
  }
  return done;
}

/** @returns undefined once there is no time left */
async function judgeOne({ arrived, rejection }: Arrival, judge: Judge, time: JudgingTime): Promise<Judged | undefined> {
  if (rejection !== undefined) return { arrived, results: [rejection] };
  const { receipt } = arrived;
  if (!(await time.goesOn())) return undefined;
  if (arrived.form === "bytes") return { arrived, results: judge.bytes(arrived.bytes, receipt) };
  const results: Result<Genuine>[] = [];
  for (const result of judge.items(arrived.text, arrived.attributes, receipt)) {
    // One that is done, at last, is not given up.
    if (results.length > 0 && !(await time.goesOn())) return undefined;
    results.push(result);
  }
  return { arrived, results };
}

function missesKey({ results }: Judged): boolean {
  return results.some((result) => !result.ok && result.reason === "unknown-key");
}
