import type { Ledger, Ledgers } from "./ledger.ts";
import {
  dimensionNames,
  type ListenerName,
  listenerMetrics,
  listenerNames,
  type MetricName,
  metricsNamespace,
  reasons,
} from "./metrics.ts";

/** Writes ledgers as CloudWatch's Embedded Metric Format: log lines of which CloudWatch makes metrics by itself. */
export interface MetricsWriter {
  /**
   * One line for each listener with what it has counted since the last call, figures that are 0 too, so that an
   * alarm always has something to look at; and one more for each reason for which samples were rejected since.
   */
  write(ledgers: Ledgers): void;
}

export interface MetricsOptions {
  readonly stage: string;
  /** Takes one line of JSON without a line feed. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The only figure that is no running total. */
const MOMENTARY: MetricName = "RecordsInFlight";

export function createMetricsWriter({ stage, write, now = Date.now }: MetricsOptions): MetricsWriter {
  const written = new Map<ListenerName, Ledger>();

  const writeListener = (listener: ListenerName, ledger: Ledger, last: Ledger | undefined): void => {
    const place = { [dimensionNames.stage]: stage, [dimensionNames.listener]: listener };
    const figures: Partial<Record<MetricName, number>> = {};
    for (const name of listenerMetrics[listener]) {
      const total = ledger.figures[name];
      if (total !== undefined) figures[name] = name === MOMENTARY ? total : total - (last?.figures[name] ?? 0);
    }
    write(emfLine(now(), place, figures));
    for (const reason of reasons) {
      const SamplesRejected = ledger.rejected[reason] - (last?.rejected[reason] ?? 0);
      const dimensions = { ...place, [dimensionNames.reason]: reason };
      if (SamplesRejected > 0) write(emfLine(now(), dimensions, { SamplesRejected }));
    }
  };

  return {
    write(ledgers) {
      for (const listener of listenerNames) {
        const ledger = ledgers[listener];
        if (ledger === undefined) continue;
        writeListener(listener, ledger, written.get(listener));
        written.set(listener, ledger);
      }
    },
  };
}

function emfLine(
  time: number,
  dimensions: Readonly<Record<string, string>>,
  figures: Readonly<Partial<Record<MetricName, number>>>,
): string {
  const directive = {
    Namespace: metricsNamespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: Object.keys(figures).map((Name) => ({ Name, Unit: "Count" })),
  };
  return JSON.stringify({ _aws: { Timestamp: time, CloudWatchMetrics: [directive] }, ...dimensions, ...figures });
}
