import type { Ledger, Ledgers, ProcessLedger } from "./ledger.ts";
import {
  dimensionNames,
  keyMetricName,
  type ListenerName,
  listenerMetrics,
  listenerNames,
  type MetricName,
  metricsNamespace,
  momentaryMetrics,
  pollAgeMetricName,
  processMetricNames,
  reasons,
} from "./metrics.ts";

/** Writes ledgers as CloudWatch's Embedded Metric Format: log lines of which CloudWatch makes metrics by itself. */
export interface MetricsWriter {
  /**
   * One line for each listener with what it has counted since the last call, figures that are 0 too, so that an
   * alarm always has something to look at; one more for each reason for which samples were rejected since, and for
   * each key that was used since; and one for the process.
   */
  write(ledgers: Ledgers, process?: ProcessLedger): void;
}

export interface MetricsOptions {
  readonly stage: string;
  /** Takes one line of JSON without a line feed. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export function createMetricsWriter({ stage, write, now = Date.now }: MetricsOptions): MetricsWriter {
  const written = new Map<ListenerName, Ledger>();
  let last: ProcessLedger | undefined;

  const writeListener = (listener: ListenerName, ledger: Ledger, last: Ledger | undefined): void => {
    const place = { [dimensionNames.stage]: stage, [dimensionNames.listener]: listener };
    const figures: Partial<Record<MetricName, number>> = {};
    for (const name of listenerMetrics[listener]) {
      const total = ledger.figures[name];
      if (total !== undefined)
        figures[name] = momentaryMetrics.includes(name) ? total : total - (last?.figures[name] ?? 0);
    }
    write(emfLine(now(), place, figures));
    for (const reason of reasons) {
      const SamplesRejected = ledger.rejected[reason] - (last?.rejected[reason] ?? 0);
      const dimensions = { ...place, [dimensionNames.reason]: reason };
      if (SamplesRejected > 0) write(emfLine(now(), dimensions, { SamplesRejected }));
    }
  };

  const writeProcess = ({ figures, verified, pollAges = new Map() }: ProcessLedger): void => {
    const place = { [dimensionNames.stage]: stage };
    const since = processMetricNames.map((name) => [name, figures[name] - (last?.figures[name] ?? 0)] as const);
    write(emfLine(now(), place, Object.fromEntries(since)));
    for (const [keyId, total] of verified) {
      const uses = total - (last?.verified.get(keyId) ?? 0);
      if (uses > 0) write(emfLine(now(), { ...place, [dimensionNames.keyId]: keyId }, { [keyMetricName]: uses }));
    }
    for (const [queue, seconds] of pollAges) {
      write(emfLine(now(), { ...place, [dimensionNames.queue]: queue }, { [pollAgeMetricName]: seconds }, "Seconds"));
    }
  };

  return {
    write(ledgers, process) {
      for (const listener of listenerNames) {
        const ledger = ledgers[listener];
        if (ledger === undefined) continue;
        writeListener(listener, ledger, written.get(listener));
        written.set(listener, ledger);
      }
      if (process === undefined) return;
      writeProcess(process);
      // A copy: the map goes on counting.
      last = { ...process, verified: new Map(process.verified) };
    },
  };
}

function emfLine(
  time: number,
  dimensions: Readonly<Record<string, string>>,
  figures: Readonly<Record<string, number>>,
  Unit = "Count",
): string {
  const directive = {
    Namespace: metricsNamespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: Object.keys(figures).map((Name) => ({ Name, Unit })),
  };
  return JSON.stringify({ _aws: { Timestamp: time, CloudWatchMetrics: [directive] }, ...dimensions, ...figures });
}
