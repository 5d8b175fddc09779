import type { Ledger } from "../../lib/ledger/ledger.ts";

/** What both ledgers lack (above 0) or count twice (below), and whether the reasons make up what was rejected: always 0. */
export function imbalance({ figures, rejected }: Ledger) {
  const { MessagesReceived = 0, MessagesRecorded = 0, MessagesRejected = 0, MessagesFailed = 0 } = figures;
  const { MessagesPartial = 0, MessagesSpilled = 0, MessagesShed = 0, MessagesInFlight = 0 } = figures;
  const { SamplesDecoded = 0, SamplesRecorded = 0, SamplesDuplicate = 0, SamplesRejected = 0 } = figures;
  const { SamplesFailed = 0, SamplesSpilled = 0, SamplesShed = 0, RecordsInFlight = 0 } = figures;
  const ended = MessagesRecorded + MessagesRejected + MessagesFailed + MessagesPartial + MessagesSpilled + MessagesShed;
  const kept = SamplesRecorded + SamplesDuplicate + SamplesRejected;
  return {
    messages: MessagesReceived - ended - MessagesInFlight,
    samples: SamplesDecoded - kept - SamplesFailed - SamplesSpilled - SamplesShed - RecordsInFlight,
    reasons: SamplesRejected - Object.values(rejected).reduce((sum, count) => sum + count, 0),
  };
}

export const balanced = { messages: 0, samples: 0, reasons: 0 };
