import type { Ledger } from "../../lib/collector/ledger.ts";

/** What both ledgers lack (above 0) or count twice (below), and whether the reasons make up what was rejected: always 0. */
export function imbalance({ figures, rejected }: Ledger) {
  const { MessagesReceived = 0, MessagesRecorded = 0, MessagesRejected = 0, MessagesFailed = 0 } = figures;
  const { MessagesPartial = 0, MessagesShed = 0, RecordsInFlight = 0 } = figures;
  const { SamplesDecoded = 0, SamplesRecorded = 0, SamplesRejected = 0, SamplesFailed = 0, SamplesShed = 0 } = figures;
  const ended = MessagesRecorded + MessagesRejected + MessagesFailed + MessagesPartial + MessagesShed;
  return {
    messages: MessagesReceived - ended - RecordsInFlight,
    samples: SamplesDecoded - SamplesRecorded - SamplesRejected - SamplesFailed - SamplesShed - RecordsInFlight,
    reasons: SamplesRejected - Object.values(rejected).reduce((sum, count) => sum + count, 0),
  };
}

export const balanced = { messages: 0, samples: 0, reasons: 0 };
