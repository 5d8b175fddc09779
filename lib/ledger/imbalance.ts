import type { RejectionReason } from "../sample/rejection.ts";
import type { MetricName } from "./metrics.ts";

type Figures = Readonly<Partial<Record<MetricName, number>>>;

/**
 * Messages, samples and reasons that a listener's ledgers lack or count twice, all together: 0 at every moment. Anything else
 * is a fault of our own, and then no other figure can be relied on.
 */
export function imbalanceOf(figures: Figures, rejected: Readonly<Record<RejectionReason, number>>): number {
  const sum = (...names: readonly MetricName[]) => names.reduce((total, name) => total + (figures[name] ?? 0), 0);
  const messages = sum(
    ...(["MessagesRecorded", "MessagesRejected", "MessagesFailed", "MessagesPartial"] as const),
    ...(["MessagesSpilled", "MessagesShed", "MessagesInFlight"] as const),
  );
  const samples = sum(
    ...(["SamplesRecorded", "SamplesDuplicate", "SamplesRejected", "SamplesFailed"] as const),
    ...(["SamplesSpilled", "SamplesShed", "RecordsInFlight"] as const),
  );
  const reasons = Object.values(rejected).reduce((total, count) => total + count, 0);
  return (
    Math.abs(sum("MessagesReceived") - messages) +
    Math.abs(sum("SamplesDecoded") - samples) +
    Math.abs(sum("SamplesRejected") - reasons)
  );
}
