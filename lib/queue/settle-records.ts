import type { SQSRecord } from "aws-lambda";
import { within } from "../flow/within.ts";
import { receiptsOf } from "./deliveries.ts";
import type { Handled } from "./handle-records.ts";
import { SET_APART } from "./invocation/outcome-log.ts";
import { retrySeconds } from "./invocation/retry-pauses.ts";
import type { SourceQueues } from "./source-queues.ts";

/** A record and what became of it. */
export interface Ended extends Handled {
  readonly record: SQSRecord;
}

export interface SettleOptions {
  readonly sources: Pick<SourceQueues, "hide" | "remove">;
  /** Deletes those that are done, where the answer to the event may never be given. */
  readonly removesDone: boolean;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: (() => number) | undefined;
}

/** Some calls, all at once; a queue that takes longer is not waited for, and gives messages again when it likes. */
export const SETTLE_MS = 2_000;

/** Tells the queues when failed messages are to come back: those that are set apart at once. Never rejects. */
export async function settleRecords(ends: readonly Ended[], options: SettleOptions): Promise<void> {
  const { sources, removesDone, random } = options;
  const failed = ends.filter(isFailed);
  const hidden = failed.map((end) => ({
    record: end.record,
    seconds: isSetApart(end) ? 0 : retrySeconds(receiptsOf(end.record), random),
  }));
  const done = removesDone ? ends.filter((end) => !isFailed(end)).map(({ record }) => record) : [];
  await within(SETTLE_MS, Promise.all([sources.hide(hidden), sources.remove(done)]));
}

export function isFailed({ outcomes }: Handled): boolean {
  return outcomes.some(({ kind }) => kind === "failed");
}

function isSetApart({ outcomes }: Handled): boolean {
  return outcomes.some((outcome) => outcome.kind === "failed" && outcome.cause === SET_APART);
}
