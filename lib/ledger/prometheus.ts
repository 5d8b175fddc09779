import { listenerNames } from "../sample/listener-name.ts";
import type { Ledgers, ProcessLedger } from "./ledger.ts";
import {
  keyMetricName,
  listenerMetrics,
  type MetricName,
  metricNames,
  momentaryMetrics,
  pollAgeMetricName,
  processMetricNames,
  reasons,
  unstoredAgeMetricName,
} from "./metrics.ts";

export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/** The ledgers as Prometheus reads them: `countersign_messages_received_total{listener="udp"} 3`. */
export function toPrometheus(ledgers: Ledgers, process?: ProcessLedger): string {
  const lines = metricNames.flatMap((name) => family(name, ledgers));
  return [...lines, ...(process === undefined ? [] : processLines(process))].join("");
}

function processLines({ figures, verified, pollAges, unstoredAges }: ProcessLedger): readonly string[] {
  const totals = processMetricNames.map((name) =>
    counter(prometheusName(name), [`${prometheusName(name)}_total ${figures[name]}\n`]),
  );
  const name = prometheusName(keyMetricName);
  const uses = Array.from(verified, ([keyId, count]) => `${name}_total{key_id="${keyId}"} ${count}\n`);
  return [
    ...totals,
    ...(uses.length === 0 ? [] : [counter(name, uses)]),
    ...ageLines(pollAgeMetricName, pollAges),
    ...ageLines(unstoredAgeMetricName, unstoredAges),
  ];
}

function ageLines(name: string, byQueue: ReadonlyMap<string, number> = new Map()): readonly string[] {
  const gauge = prometheusName(name);
  const ages = Array.from(byQueue, ([queue, seconds]) => `${gauge}{queue="${queue}"} ${seconds}\n`);
  return ages.length === 0 ? [] : [`# TYPE ${gauge} gauge\n`, ...ages];
}

function counter(name: string, lines: readonly string[]): string {
  return `# TYPE ${name}_total counter\n${lines.join("")}`;
}

/** How a figure is called there, without the `_total` of those that only grow: `countersign_messages_received`. */
export function prometheusName(name: string): string {
  return `countersign${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** All lines of one figure; none if no listener gives it. */
function family(name: MetricName, ledgers: Ledgers): readonly string[] {
  const isTotal = !momentaryMetrics.includes(name);
  const full = `${prometheusName(name)}${isTotal ? "_total" : ""}`;
  const lines = listenerNames.flatMap((listener) => {
    const ledger = ledgers[listener];
    const value = ledger?.figures[name];
    if (ledger === undefined || value === undefined || !listenerMetrics[listener].includes(name)) return [];
    if (name !== "SamplesRejected") return [`${full}{listener="${listener}"} ${value}\n`];
    // By reason only: the whole is their sum, as Prometheus would have it.
    return reasons.map((reason) => `${full}{listener="${listener}",reason="${reason}"} ${ledger.rejected[reason]}\n`);
  });
  return lines.length === 0 ? [] : [`# TYPE ${full} ${isTotal ? "counter" : "gauge"}\n`, ...lines];
}
