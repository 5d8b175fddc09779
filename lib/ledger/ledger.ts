import type { ListenerName } from "../sample/listener-name.ts";
import type { RejectionReason } from "../sample/rejection.ts";
import type { MetricName, ProcessMetricName } from "./metrics.ts";

/** The ledger of one listener: the fate of every message and sample since its start. */
export interface Ledger {
  /** Totals since the start, but for those of the moment. A listener has only figures of its own. */
  readonly figures: Readonly<Partial<Record<MetricName, number>>>;
  /** SamplesRejected once more, by reason. */
  readonly rejected: Readonly<Record<RejectionReason, number>>;
}

export type Ledgers = Readonly<Partial<Record<ListenerName, Ledger>>>;

/** The figures of a process since its start, beside its listeners' ledgers. */
export interface ProcessLedger {
  readonly figures: Readonly<Record<ProcessMetricName, number>>;
  /** Samples that each key proved genuine, by key id. */
  readonly verified: ReadonlyMap<string, number>;
  /** Seconds since each queue that is polled last answered. @default none is polled */
  readonly pollAges?: ReadonlyMap<string, number>;
  /** Seconds since each queue got the oldest message that was just not stored. @default none was handled */
  readonly unstoredAges?: ReadonlyMap<string, number>;
}
