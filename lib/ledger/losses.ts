import type { Ledgers } from "./ledger.ts";
import type { MetricName } from "./metrics.ts";

/** The losses of a collector, for the last line of its log. */
export interface Losses {
  readonly message: string;
  readonly figures: Readonly<Partial<Record<MetricName, number>>>;
}

const lossFigures = ["MessagesFailed", "MessagesShed", "SamplesFailed", "SamplesShed"] as const;

/** @returns undefined if nothing was lost. What failed of a queue was not: it is still there, and comes back. */
export function lossesOf(ledgers: Ledgers): Losses | undefined {
  const figures: Partial<Record<MetricName, number>> = {};
  for (const listener of ["udp", "tcp"] as const) {
    for (const name of lossFigures) {
      const count = ledgers[listener]?.figures[name] ?? 0;
      if (count > 0) figures[name] = (figures[name] ?? 0) + count;
    }
  }
  const { SamplesFailed = 0, SamplesShed = 0 } = figures;
  if (Object.keys(figures).length === 0) return undefined;
  return {
    message: `samples lost since the start: ${SamplesFailed} that storage did not take, ${SamplesShed} for which nothing had room`,
    figures,
  };
}
