import type { Ledgers } from "./ledger.ts";
import { listenerMetrics, listenerNames, type MetricName, metricNames, reasons } from "./metrics.ts";

export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/** The ledgers as Prometheus reads them: `countersign_messages_received_total{listener="udp"} 3`. */
export function toPrometheus(ledgers: Ledgers): string {
  return metricNames.flatMap((name) => family(name, ledgers)).join("");
}

/** All lines of one figure; none if no listener gives it. */
function family(name: MetricName, ledgers: Ledgers): readonly string[] {
  const isTotal = name !== "RecordsInFlight";
  const spelled = `countersign${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}${isTotal ? "_total" : ""}`;
  const lines = listenerNames.flatMap((listener) => {
    const ledger = ledgers[listener];
    const value = ledger?.figures[name];
    if (ledger === undefined || value === undefined || !listenerMetrics[listener].includes(name)) return [];
    if (name !== "SamplesRejected") return [`${spelled}{listener="${listener}"} ${value}\n`];
    // By reason only: whoever wants the whole takes the sum, as Prometheus would have it.
    return reasons.map(
      (reason) => `${spelled}{listener="${listener}",reason="${reason}"} ${ledger.rejected[reason]}\n`,
    );
  });
  return lines.length === 0 ? [] : [`# TYPE ${spelled} ${isTotal ? "counter" : "gauge"}\n`, ...lines];
}
