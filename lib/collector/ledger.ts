import type { ListenerName, MetricName } from "./metrics.ts";
import type { RejectionReason } from "./outcome.ts";

/** What one listener has counted since its start. */
export interface Ledger {
  /** Totals since the start, but for RecordsInFlight, which is of this moment. A listener has only figures of its own. */
  readonly figures: Readonly<Partial<Record<MetricName, number>>>;
  /** SamplesRejected once more, by reason. */
  readonly rejected: Readonly<Record<RejectionReason, number>>;
}

export type Ledgers = Readonly<Partial<Record<ListenerName, Ledger>>>;
