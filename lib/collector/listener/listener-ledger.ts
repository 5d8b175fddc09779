import type { Ledger, Ledgers } from "../ledger.ts";
import { noRejections, rejectionReasons } from "../outcome.ts";
import { type ListenProtocol, listenProtocols } from "./listen-url.ts";
import type { ListenerCounters } from "./listener-counters.ts";

/** The ledger of each protocol, all its listeners taken together; none for a protocol without a listener. */
export function listenerLedgers(counters: Readonly<Record<string, ListenerCounters>>): Ledgers {
  const ledgers: Partial<Record<ListenProtocol, Ledger>> = {};
  for (const protocol of listenProtocols) {
    const own = Object.entries(counters).flatMap(([url, one]) => (url.startsWith(`${protocol}:`) ? [one] : []));
    if (own.length > 0) ledgers[protocol] = ledgerOf(own);
  }
  return ledgers;
}

/** A datagram or frame carries one sample, so both ledgers are made of the same counts. */
function ledgerOf(counters: readonly ListenerCounters[]): Ledger {
  const total = (count: (one: ListenerCounters) => number) => counters.reduce((sum, one) => sum + count(one), 0);
  const rejected = noRejections();
  for (const reason of rejectionReasons) rejected[reason] = total((one) => one.rejected[reason]);
  const all = {
    received: total((one) => one.received),
    recorded: total((one) => one.recorded),
    rejected: Object.values(rejected).reduce((sum, count) => sum + count, 0),
    failed: total((one) => one.failed),
    shed: total((one) => one.shed),
  };
  return {
    figures: {
      MessagesReceived: all.received,
      MessagesRecorded: all.recorded,
      MessagesRejected: all.rejected,
      MessagesFailed: all.failed,
      MessagesShed: all.shed,
      SamplesDecoded: all.received,
      SamplesRecorded: all.recorded,
      SamplesRejected: all.rejected,
      SamplesFailed: all.failed,
      SamplesShed: all.shed,
      RecordsInFlight: total((one) => one.inFlight),
      ...(counters.some((one) => one.kernelDrops !== undefined) && {
        KernelDrops: total((one) => one.kernelDrops ?? 0),
      }),
    },
    rejected,
  };
}
