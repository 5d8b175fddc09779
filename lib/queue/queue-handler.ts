import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { within } from "../flow/within.ts";
import type { Judge } from "../judge/judge.ts";
import type { KeySource } from "../keys/keyring.ts";
import type { Outcome } from "../ledger/outcome.ts";
import type { Received } from "../ledger/queue-ledger.ts";
import type { Logger } from "../log/logger.ts";
import type { Quarantine } from "../quarantine/quarantine.ts";
import type { Rejected, Result } from "../sample/rejection.ts";
import { type Judged, judgeRecords } from "./judge-records.ts";
import { createJudgingTime } from "./judging-time.ts";
import { logOutcomes, OUT_OF_TIME } from "./outcome-log.ts";
import { quarantineRejected } from "./quarantine-rejected.ts";
import { groupsOf, type Numbered } from "./record-groups.ts";
import { readSqsEvent } from "./sqs-event.ts";

/** The part of Lambda's context that the handler needs. */
export interface Deadline {
  getRemainingTimeInMillis(): number;
}

export type QueueHandler = (event: SQSEvent, context: Deadline) => Promise<SQSBatchResponse>;

export interface QueueHandlerOptions {
  readonly judge: Judge;
  /** The judge's. */
  readonly keys: Pick<KeySource, "settled">;
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
  /** Keeps rejected messages before they are acknowledged. @default none: they are only logged */
  readonly quarantine?: Quarantine | undefined;
  /** URL of the queue whose messages are ours, first receipt and all. @default none */
  readonly spillQueue?: string | null;
  /** Told the outcome of every message, once per invocation; the datagrams in a spill batch are messages each. */
  readonly count?: (received: Received, outcomes: readonly Outcome[]) => void;
}

/** Time kept back to answer in: an invocation that runs out of time counts as failed whole, stored or not. */
const ANSWER_MARGIN_MS = 1_000;

/** Turns the dispatcher's outcomes into what SQS understands. */
export function createQueueHandler(options: QueueHandlerOptions): QueueHandler {
  const { logger, count = () => {} } = options;
  return async (event, context) => {
    const read = readSqsEvent(event);
    if (!read.ok) {
      logger.error("can't handle an event", { problem: read.problem });
      // An answer would say that all is well, and the sender would not send it again.
      throw new Error(read.problem);
    }
    const { records } = read;
    const handled = await handleUntil(records, context.getRemainingTimeInMillis() - ANSWER_MARGIN_MS, options);
    const byRecord = handled.map(({ outcomes }) => outcomes);
    const outcomes = byRecord.flat();
    logOutcomes(logger, outcomes);
    count(receivedIn(handled), outcomes);
    // Failed and rejected part here. Lambda deletes every message that is not named in the answer, and makes
    // those that are named visible again: that is right for `failed`, which a later try may store, and which
    // ends in the dead-letter queue after its last one. A `rejected` message can never succeed; named here it
    // would come back as often as the queue allows, and keep its neighbours waiting each time.
    const failed = records.filter((_record, index) => byRecord[index]?.some(({ kind }) => kind === "failed"));
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
  };
}

/** One record: the messages and samples found in it, and their outcomes. */
interface Handled extends Received {
  readonly outcomes: readonly Outcome[];
}

/** A record that time ran out on is unknown inside: it counts as one message, of which no sample was seen. */
const UNOPENED: Received = { messages: 1, samples: 0 };

/** @returns the outcomes of each record's messages; those that time ran out on are failed. */
async function handleUntil(
  records: readonly SQSRecord[],
  milliseconds: number,
  options: QueueHandlerOptions,
): Promise<readonly Handled[]> {
  const handled: Handled[] = records.map(() => ({ ...UNOPENED, outcomes: [outOfTime(0)] }));
  const { spillQueue = null } = options;
  let late = false;
  const note = (
    group: readonly Numbered[],
    judged: readonly Result<readonly Judged[]>[],
    outcomes: readonly (readonly Outcome[])[],
  ) => {
    for (const [index, record] of judged.entries()) {
      const { number } = group[index] ?? {};
      if (number !== undefined && !late) handled[number] = { ...foundIn(record), outcomes: outcomes[index] ?? [] };
    }
  };
  const time = createJudgingTime(milliseconds);
  const work = async () => {
    // Lambda freezes us between invocations, timers and all.
    await options.keys.settled();
    for (const group of groupsOf(records)) {
      const judged = await judgeRecords(
        group.map(({ record }) => record),
        { ...options, spillQueue },
        time,
      );
      const unfinished = judged.map((record) =>
        record.ok ? record.value.map(({ results }) => outOfTime(results.length)) : [unreadable(record)],
      );
      note(group, judged, unfinished);
      note(group, judged, await finish(judged, options));
      if (late || judged.length < group.length) return;
    }
  };
  await within(milliseconds, work());
  late = true;
  return handled;
}

/** A batch that can't be read counts as one message with one sample, as any message that can't be opened. */
function foundIn(record: Result<readonly Judged[]>): Received {
  if (!record.ok) return { messages: 1, samples: 1 };
  return { messages: record.value.length, samples: sum(record.value.map(({ results }) => results.length)) };
}

function receivedIn(handled: readonly Received[]): Received {
  return {
    messages: sum(handled.map(({ messages }) => messages)),
    samples: sum(handled.map(({ samples }) => samples)),
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Records what is genuine and keeps what is rejected. @returns the outcomes of each record's messages */
async function finish(
  judged: readonly Result<readonly Judged[]>[],
  { dispatcher, quarantine }: QueueHandlerOptions,
): Promise<readonly (readonly Outcome[])[]> {
  const messages = judged.flatMap((record) => (record.ok ? record.value : []));
  const dispatched = await dispatcher.dispatch(messages.map(({ results }) => results));
  const handled = messages.map(({ arrived }, index) => ({ arrived, outcome: dispatched[index] ?? outOfTime(0) }));
  const outcomes = quarantine === undefined ? dispatched : await quarantineRejected(handled, quarantine);
  const rest = outcomes.values();
  return judged.map((record) =>
    record.ok ? record.value.map(() => rest.next().value ?? outOfTime(0)) : [unreadable(record)],
  );
}

/** Genuine datagrams are in it, so it ends among the dead letters, where a mended reader can fetch it. */
function unreadable({ detail }: Rejected): Outcome {
  return failure(new Error(`a spill batch can't be read, and goes to the dead letters: ${detail}`), 1);
}

function outOfTime(samples: number): Outcome {
  return failure(OUT_OF_TIME, samples);
}

function failure(cause: Error, samples: number): Outcome {
  return { kind: "failed", cause, samples: 0, duplicates: 0, conflicting: 0, failed: samples, rejected: [] };
}
