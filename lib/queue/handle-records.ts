import type { SQSRecord } from "aws-lambda";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { within } from "../flow/within.ts";
import type { Outcome } from "../ledger/outcome.ts";
import type { Received } from "../ledger/queue-ledger.ts";
import type { Quarantine } from "../quarantine/quarantine.ts";
import type { Rejected, Result } from "../sample/rejection.ts";
import { createJudgingTime } from "./invocation/judging-time.ts";
import { OUT_OF_TIME, STORAGE_DOWN } from "./invocation/outcome-log.ts";
import { quarantineRejected } from "./invocation/quarantine-rejected.ts";
import { groupsOf, type Numbered } from "./invocation/record-groups.ts";
import { type Judged, type JudgeRecordsOptions, judgeRecords } from "./judge-records.ts";

export interface HandleRecordsOptions extends Omit<JudgeRecordsOptions, "spillQueue"> {
  /** URL of the queue whose messages are ours, first receipt and all. @default none */
  readonly spillQueue?: string | null;
  readonly dispatcher: Dispatcher;
  /** Keeps rejected messages before they are acknowledged. @default none: they are only logged */
  readonly quarantine?: Quarantine | undefined;
  /** Whether storage is known to take nothing: then nothing is judged for it. @default never */
  readonly isStorageDown?: (() => boolean) | undefined;
}

/** One record: the messages and samples found in it, and their outcomes. */
export interface Handled extends Received {
  readonly outcomes: readonly Outcome[];
}

/** A record that nobody has opened is unknown inside: it counts as one message, of which no sample was seen. */
export function unopened(cause: Error): Handled {
  return { messages: 1, samples: 0, outcomes: [failure(cause, 0)] };
}

/** @returns the outcomes of each record's messages; those that time ran out on are failed. */
export async function handleRecords(
  records: readonly SQSRecord[],
  milliseconds: number,
  options: HandleRecordsOptions,
): Promise<readonly Handled[]> {
  const { spillQueue = null } = options;
  const handled: Handled[] = records.map(() => unopened(OUT_OF_TIME));
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
      if (late) return;
      if (options.isStorageDown?.() === true) {
        for (const { number } of group) handled[number] = unopened(STORAGE_DOWN);
        continue;
      }
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
      if (judged.length < group.length) return;
    }
  };
  await within(milliseconds, work());
  late = true;
  return handled;
}

/** A batch that can't be read counts as one message with one sample, as any message that can't be opened. */
function foundIn(record: Result<readonly Judged[]>): Received {
  if (!record.ok) return { messages: 1, samples: 1 };
  const samples = record.value.reduce((total, { results }) => total + results.length, 0);
  return { messages: record.value.length, samples };
}

/** Records what is genuine and keeps what is rejected. @returns the outcomes of each record's messages */
async function finish(
  judged: readonly Result<readonly Judged[]>[],
  { dispatcher, quarantine }: HandleRecordsOptions,
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
  return failure(new Error(`a spill batch can't be read, and goes to the dead letters in the end: ${detail}`), 1);
}

function outOfTime(samples: number): Outcome {
  return failure(OUT_OF_TIME, samples);
}

function failure(cause: Error, samples: number): Outcome {
  return { kind: "failed", cause, samples: 0, duplicates: 0, conflicting: 0, failed: samples, rejected: [] };
}
