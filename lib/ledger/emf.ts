import { type ListenerName, listenerNames } from "../sample/listener-name.ts";
import { createKeyUses } from "./key-uses.ts";
import type { Ledger, Ledgers, ProcessLedger } from "./ledger.ts";
import {
  dimensionNames,
  listenerMetrics,
  type MetricName,
  metricsNamespace,
  momentaryMetrics,
  pollAgeMetricName,
  processMetricNames,
  reasons,
  unstoredAgeMetricName,
} from "./metrics.ts";

/** Writes ledgers as CloudWatch's Embedded Metric Format: log lines of which CloudWatch makes metrics by itself. */
export interface MetricsWriter {
  /**
   * One line for each listener with what it has counted since the last call, figures that are 0 too, so that an
   * alarm always has something to look at; one more for each reason for which samples were rejected since; one for
   * the process; and, of which no metric is made, now and then one for each key that is in use (key-uses.ts).
   */
  write(ledgers: Ledgers, process?: ProcessLedger): void;
}

export interface MetricsOptions {
  readonly stage: string;
  /** Takes one line of JSON without a line feed; `false` if it was dropped: then what it said is in the next one. */
  readonly write: (line: string) => unknown;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export function createMetricsWriter({ stage, write, now = Date.now }: MetricsOptions): MetricsWriter {
  /** The totals said so far by the lines that the log took, by dimensions and figure. */
  const written = new Map<string, number>();
  const keyUses = createKeyUses({ stage, write });

  /** Writes one line of what has been counted since the last one that was taken. */
  const writeLine = (
    dimensions: Readonly<Record<string, string>>,
    totals: Readonly<Record<string, number>>,
    isWorthIt: (figures: Readonly<Record<string, number>>) => boolean = () => true,
  ): void => {
    const place = Object.values(dimensions).join("\n");
    const figures: Record<string, number> = {};
    for (const [name, total] of Object.entries(totals)) {
      figures[name] = isMomentary(name) ? total : total - (written.get(`${place}\n${name}`) ?? 0);
    }
    if (!isWorthIt(figures) || write(emfLine(now(), dimensions, figures)) === false) return;
    for (const [name, total] of Object.entries(totals)) written.set(`${place}\n${name}`, total);
  };

  const writeListener = (listener: ListenerName, ledger: Ledger): void => {
    const place = { [dimensionNames.stage]: stage, [dimensionNames.listener]: listener };
    const totals: Partial<Record<MetricName, number>> = {};
    for (const name of listenerMetrics[listener]) {
      const total = ledger.figures[name];
      if (total !== undefined) totals[name] = total;
    }
    writeLine(place, totals);
    for (const reason of reasons) {
      const dimensions = { ...place, [dimensionNames.reason]: reason };
      writeLine(dimensions, { SamplesRejected: ledger.rejected[reason] }, isAnything);
    }
  };

  const writeAges = (name: string, ages: ReadonlyMap<string, number> = new Map()): void => {
    for (const [queue, seconds] of ages) {
      const place = { [dimensionNames.stage]: stage, [dimensionNames.queue]: queue };
      write(emfLine(now(), place, { [name]: seconds }, "Seconds"));
    }
  };

  const writeProcess = ({ figures, verified, pollAges, unstoredAges }: ProcessLedger): void => {
    const place = { [dimensionNames.stage]: stage };
    writeLine(place, Object.fromEntries(processMetricNames.map((name) => [name, figures[name]])));
    keyUses.write(verified, now());
    writeAges(pollAgeMetricName, pollAges);
    writeAges(unstoredAgeMetricName, unstoredAges);
  };

  return {
    write(ledgers, process) {
      for (const listener of listenerNames) {
        const ledger = ledgers[listener];
        if (ledger !== undefined) writeListener(listener, ledger);
      }
      if (process !== undefined) writeProcess(process);
    },
  };
}

function isMomentary(name: string): boolean {
  return momentaryMetrics.some((momentary) => momentary === name);
}

function isAnything(figures: Readonly<Record<string, number>>): boolean {
  return Object.values(figures).some((figure) => figure > 0);
}

/**
 * One line of which CloudWatch makes metrics.
 *
 * @param time milliseconds since 1970
 */
export function emfLine(
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
