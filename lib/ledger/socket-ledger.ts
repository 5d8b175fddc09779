import { type ListenProtocol, listenProtocols } from "../sample/listener-name.ts";
import { noRejections, rejectionReasons } from "../sample/rejection.ts";
import { imbalanceOf } from "./imbalance.ts";
import type { Ledger, Ledgers } from "./ledger.ts";
import { type MetricName, metricNames } from "./metrics.ts";
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

/** The counts of each listener that stand in no ledger, by its URL. */
export function besideLedgers(counters: Readonly<Record<string, ListenerCounters>>): Readonly<Record<string, unknown>> {
  const own = Object.entries(counters).map(([url, { figures: _, rejected: _rejected, ...others }]) => [url, others]);
  return Object.fromEntries(own);
}

function ledgerOf(counters: readonly ListenerCounters[]): Ledger {
  const figures: Partial<Record<MetricName, number>> = {};
  const rejected = noRejections();
  for (const one of counters) {
    const own: Ledger["figures"] = one.figures;
    for (const name of metricNames) addTo(figures, name, own[name]);
    for (const reason of rejectionReasons) rejected[reason] += one.rejected[reason];
    // Of each by itself: what one lacks and another counts twice would make up for each other.
    addTo(figures, "Imbalance", imbalanceOf(one.figures, one.rejected));
  }
  return { figures, rejected };
}

function addTo(figures: Partial<Record<MetricName, number>>, name: MetricName, count: number | undefined): void {
  if (count !== undefined) figures[name] = (figures[name] ?? 0) + count;
}
