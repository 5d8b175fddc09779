import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { QueueRole } from "../ledger/metrics.ts";
import type { Outcome } from "../ledger/outcome.ts";
import type { Received } from "../ledger/queue-ledger.ts";
import type { Logger } from "../log/logger.ts";
import { ageOf, isStrike, isSuspect, judgingOrder } from "./deliveries.ts";
import { type HandleRecordsOptions, handleRecords, unopened } from "./handle-records.ts";
import { logOutcomes, SET_APART } from "./invocation/outcome-log.ts";
import { isFromQueue } from "./queue-arn.ts";
import { type Ended, isFailed, SETTLE_MS, settleRecords } from "./settle-records.ts";
import type { SourceQueues } from "./source-queues.ts";
import { readSqsEvent } from "./sqs-event.ts";

/** The part of Lambda's context that the handler needs. */
export interface Deadline {
  getRemainingTimeInMillis(): number;
}

export type QueueHandler = (event: SQSEvent, context: Deadline) => Promise<SQSBatchResponse>;

/** By the role of a queue for us, the seconds since it got the oldest message that failed just now; 0 where none did. */
export type UnstoredAges = ReadonlyMap<QueueRole, number>;

export interface QueueHandlerOptions extends HandleRecordsOptions {
  readonly logger: Logger;
  /** Where failed messages are told when to come back. @default nowhere: their queue says when */
  readonly sources?: Pick<SourceQueues, "hide" | "remove"> | undefined;
  /**
   * Sets messages apart that may have ended the process, until SQS gives them up. Only where the queue gives them up at
   * `mostReceipts`, and there are `sources`. @default false
   */
  readonly setsSuspectsApart?: boolean | undefined;
  /** Told the outcome of every message, once per invocation; the datagrams in a spill batch are messages each. */
  readonly count?: (received: Received, outcomes: readonly Outcome[], ages: UnstoredAges) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: (() => number) | undefined;
}

/** Time kept back to answer in: an invocation that runs out of time counts as failed whole, stored or not. */
const ANSWER_MARGIN_MS = 1_000;

/** Turns the dispatcher's outcomes into what SQS understands. */
export function createQueueHandler(options: QueueHandlerOptions): QueueHandler {
  const { logger, count = () => {}, now = Date.now } = options;
  return async (event, context) => {
    const read = readSqsEvent(event);
    if (!read.ok) {
      logger.error("can't handle an event", { problem: read.problem });
      // An answer would say that all is well, and the sender would not send it again.
      throw new Error(read.problem);
    }
    const ends = await handleAll(read.records, context, options);
    const outcomes = ends.flatMap((end) => end.outcomes);
    logOutcomes(logger, outcomes);
    count(receivedIn(ends), outcomes, unstoredAges(ends, options.spillQueue ?? null, now()));
    // Failed and rejected part here. Lambda deletes every message that is not named in the answer, and leaves
    // those that are named to the queue: that is right for `failed`, which a later try may store. A `rejected`
    // message can never succeed; named here it would come back as often as the queue allows, and keep its
    // neighbours waiting each time.
    return { batchItemFailures: ends.filter(isFailed).map(({ record }) => ({ itemIdentifier: record.messageId })) };
  };
}

/** Handles what is ordinary together, and then each suspect alone, when nothing else depends on the answer any more. */
async function handleAll(
  records: readonly SQSRecord[],
  context: Deadline,
  options: QueueHandlerOptions,
): Promise<readonly Ended[]> {
  const { sources, setsSuspectsApart = false, now = Date.now, random } = options;
  const margin = ANSWER_MARGIN_MS + (sources === undefined ? 0 : SETTLE_MS);
  const suspects = new Set(setsSuspectsApart ? records.filter((record) => isSuspect(record, now())) : []);
  const ends = new Map<SQSRecord, Ended>();
  const handle = async (some: readonly SQSRecord[], removesDone: boolean): Promise<void> => {
    const handled = await handleRecords(some, context.getRemainingTimeInMillis() - margin, options);
    const ended = some.map((record, index) => ({ record, ...(handled[index] ?? unopened(SET_APART)) }));
    for (const end of ended) ends.set(end.record, end);
    if (sources !== undefined) await settleRecords(ended, { sources, removesDone, random });
  };
  const isOrdinary = (record: SQSRecord) => !suspects.has(record);
  await handle(records.filter(isOrdinary), suspects.size > 0);

  const waiting = [...suspects].filter((record) => !isStrike(record));
  const apart = waiting.map((record) => ({ record, ...unopened(SET_APART) }));
  if (sources !== undefined) await settleRecords(apart, { sources, removesDone: false });
  for (const record of judgingOrder([...suspects].filter(isStrike))) await handle([record], true);
  return records.map((record) => ends.get(record) ?? { record, ...unopened(SET_APART) });
}

function receivedIn(handled: readonly Received[]): Received {
  const sum = (counts: readonly number[]) => counts.reduce((total, one) => total + one, 0);
  return {
    messages: sum(handled.map(({ messages }) => messages)),
    samples: sum(handled.map(({ samples }) => samples)),
  };
}

function unstoredAges(ends: readonly Ended[], spillQueue: string | null, now: number): UnstoredAges {
  const ages = new Map<QueueRole, number>();
  for (const end of ends) {
    const { record } = end;
    const role = spillQueue !== null && isFromQueue(record.eventSourceARN, spillQueue) ? "spillQueue" : "queue";
    const seconds = isFailed(end) ? Math.floor(ageOf(record, now) / 1_000) : 0;
    ages.set(role, Math.max(seconds, ages.get(role) ?? 0));
  }
  return ages;
}
