import { noRejections } from "../sample/rejection.ts";
import { imbalanceOf } from "./imbalance.ts";
import type { Ledger } from "./ledger.ts";
import { endFigures, endOf, type Outcome } from "./outcome.ts";

/** The messages and samples found in one invocation, counted apart from their fate. */
export interface Received {
  /** The datagrams in a spill batch are messages each. */
  readonly messages: number;
  readonly samples: number;
}

/** Both ledgers of the queue side. They count deliveries: a message that comes back counts again, with its samples. */
export interface QueueLedger {
  count(received: Received, outcomes: readonly Outcome[]): void;
  /** The totals of this moment. */
  snapshot(): Ledger;
}

export function createQueueLedger(): QueueLedger {
  const rejected = noRejections();
  const figures = {
    MessagesReceived: 0,
    MessagesRecorded: 0,
    MessagesRejected: 0,
    MessagesFailed: 0,
    MessagesPartial: 0,
    SamplesDecoded: 0,
    SamplesRecorded: 0,
    SamplesDuplicate: 0,
    SamplesRejected: 0,
    SamplesFailed: 0,
    SamplesConflicting: 0,
  };

  const countMessage = (outcome: Outcome): void => {
    if (outcome.kind === "failed") figures.MessagesFailed++;
    else figures[endFigures[endOf(keptIn(outcome), outcome.rejected.length)]]++;
  };

  const countSamples = (outcome: Outcome): void => {
    const recorded = outcome.kind === "rejected" ? 0 : outcome.samples;
    const duplicates = outcome.kind === "rejected" ? 0 : outcome.duplicates;
    const failed = outcome.kind === "failed" ? outcome.failed : 0;
    for (const { reason } of outcome.rejected) rejected[reason]++;
    figures.SamplesRecorded += recorded;
    figures.SamplesDuplicate += duplicates;
    figures.SamplesFailed += failed;
    figures.SamplesConflicting += outcome.kind === "rejected" ? 0 : outcome.conflicting;
    figures.SamplesRejected += outcome.rejected.length;
  };

  return {
    count({ messages, samples }, outcomes) {
      figures.MessagesReceived += messages;
      figures.SamplesDecoded += samples;
      for (const outcome of outcomes) {
        countMessage(outcome);
        countSamples(outcome);
      }
    },
    snapshot: () => ({
      figures: { ...figures, Imbalance: imbalanceOf(figures, rejected) },
      rejected: { ...rejected },
    }),
  };
}

function keptIn(outcome: Outcome): number {
  return outcome.kind === "rejected" ? 0 : outcome.samples + outcome.duplicates;
}
