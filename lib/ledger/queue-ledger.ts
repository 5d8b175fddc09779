import type { Outcome } from "../dispatch/dispatcher.ts";
import { noRejections } from "../sample/rejection.ts";
import type { Ledger } from "./ledger.ts";

/** Both ledgers of the queue side. They count deliveries: a message that comes back counts again, with its samples. */
export interface QueueLedger {
  count(outcomes: readonly Outcome[]): void;
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
    figures.MessagesReceived++;
    if (outcome.kind === "failed") figures.MessagesFailed++;
    else if (outcome.kind === "rejected") figures.MessagesRejected++;
    else if (outcome.rejected.length > 0) figures.MessagesPartial++;
    else figures.MessagesRecorded++;
  };

  const countSamples = (outcome: Outcome): void => {
    const recorded = outcome.kind === "rejected" ? 0 : outcome.samples;
    const duplicates = outcome.kind === "rejected" ? 0 : outcome.duplicates;
    const failed = outcome.kind === "failed" ? outcome.failed : 0;
    for (const { reason } of outcome.rejected) rejected[reason]++;
    figures.SamplesDecoded += recorded + duplicates + failed + outcome.rejected.length;
    figures.SamplesRecorded += recorded;
    figures.SamplesDuplicate += duplicates;
    figures.SamplesFailed += failed;
    figures.SamplesConflicting += outcome.kind === "rejected" ? 0 : outcome.conflicting;
    figures.SamplesRejected += outcome.rejected.length;
  };

  return {
    count(outcomes) {
      for (const outcome of outcomes) {
        countMessage(outcome);
        countSamples(outcome);
      }
    },
    snapshot: () => ({ figures: { ...figures }, rejected: { ...rejected } }),
  };
}
