import { type ListenProtocol, listenProtocols } from "../sample/listener-name.ts";
import { noRejections, rejectionReasons } from "../sample/rejection.ts";
import { imbalanceOf } from "./imbalance.ts";
import type { Ledger, Ledgers } from "./ledger.ts";
import type { ListenerCounters } from "./socket-counters.ts";

/** The ledger of each protocol, all its listeners taken together; none for a protocol without a listener. */
export function listenerLedgers(counters: Readonly<Record<string, ListenerCounters>>): Ledgers {
  const ledgers: Partial<Record<ListenProtocol, Ledger>> = {};
  for (const protocol of listenProtocols) {
    const own = Object.entries(counters).flatMap(([url, one]) => (url.startsWith(`${protocol}:`) ? [one] : []));
    if (own.length > 0) ledgers[protocol] = ledgerOf(own);
  }
  return ledgers;
}

/** What a single listener has counted that stands in no ledger, by its URL. */
export function besideLedgers(counters: Readonly<Record<string, ListenerCounters>>): Readonly<Record<string, unknown>> {
  const own = Object.entries(counters).map(([url, { bytes, errors, connections }]) => {
    if (connections === undefined) return [url, { bytes, errors }];
    const { refused: _, displaced: _displaced, descriptorsShort: _short, framesCut: _cut, ...others } = connections;
    return [url, { bytes, errors, connections: others }];
  });
  return Object.fromEntries(own);
}

function ledgerOf(counters: readonly ListenerCounters[]): Ledger {
  const { figures, rejected } = totalsOf(counters);
  // Of each by itself: what one lacks and another counts twice would make up for each other.
  const gaps = counters.map((one) => totalsOf([one])).map((own) => imbalanceOf(own.figures, own.rejected));
  return { figures: { ...figures, Imbalance: gaps.reduce((sum, gap) => sum + gap, 0) }, rejected };
}

function totalsOf(counters: readonly ListenerCounters[]): Ledger {
  const total = (count: (one: ListenerCounters) => number) => counters.reduce((sum, one) => sum + count(one), 0);
  const rejected = noRejections();
  for (const reason of rejectionReasons) rejected[reason] = total((one) => one.rejected[reason]);
  const figures = {
    MessagesReceived: total((one) => one.received),
    MessagesRecorded: total((one) => one.recorded),
    MessagesRejected: total((one) => one.rejectedMessages),
    MessagesFailed: total((one) => one.failed),
    MessagesPartial: total((one) => one.partial),
    MessagesSpilled: total((one) => one.spilled),
    MessagesShed: total((one) => one.shed),
    MessagesInFlight: total((one) => one.inFlight),
    SamplesDecoded: total((one) => one.samples.decoded),
    SamplesRecorded: total((one) => one.samples.recorded),
    SamplesDuplicate: total((one) => one.samples.duplicate),
    SamplesRejected: Object.values(rejected).reduce((sum, count) => sum + count, 0),
    SamplesFailed: total((one) => one.samples.failed),
    SamplesSpilled: total((one) => one.samples.spilled),
    SamplesShed: total((one) => one.samples.shed),
    SamplesConflicting: total((one) => one.conflicting),
    RecordsInFlight: total((one) => one.samples.inFlight),
    ...(counters.some((one) => one.kernelDrops !== undefined) && {
      KernelDrops: total((one) => one.kernelDrops ?? 0),
    }),
    ...(counters.some((one) => one.connections !== undefined) && {
      ConnectionsRefused: total((one) => one.connections?.refused ?? 0),
      ConnectionsDisplaced: total((one) => one.connections?.displaced ?? 0),
      DescriptorsShort: total((one) => one.connections?.descriptorsShort ?? 0),
      FramesCut: total((one) => one.connections?.framesCut ?? 0),
    }),
  };
  return { figures, rejected };
}
