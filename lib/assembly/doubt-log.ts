import { createDoubts, type Doubts } from "../judge/doubts.ts";
import type { Logger } from "../log/logger.ts";

/** Publishers and tenants decide how many there are, so log lines come at most so often for each kind. */
const INTERVAL_MS = 10_000;

const messages = {
  marked: "a sample could be read in another way, and is recorded with a mark",
  recut: "one signature was met with two samples: somebody cuts signed text anew",
} as const;

/** Counts what can be read in more than one way, and logs an example of it with how many there have been. */
export function loggedDoubts(logger: Logger, now: () => number = () => performance.now()): Doubts {
  const loggedAt = { marked: Number.NEGATIVE_INFINITY, recut: Number.NEGATIVE_INFINITY };
  const doubts: Doubts = createDoubts((kind, detail) => {
    if (now() - loggedAt[kind] < INTERVAL_MS) return;
    loggedAt[kind] = now();
    logger.warn(messages[kind], { detail, count: doubts.counts()[kind] });
  });
  return doubts;
}

export function doubtFigures(doubts: Doubts) {
  const { ambiguous, marked, recut } = doubts.counts();
  return { SamplesAmbiguous: ambiguous, SamplesMarked: marked, SamplesRecut: recut };
}
