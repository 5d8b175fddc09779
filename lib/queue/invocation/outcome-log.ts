import type { Outcome } from "../../ledger/outcome.ts";
import type { Logger } from "../../log/logger.ts";
import { rejectionReasons } from "../../sample/rejection.ts";

/** Why messages failed whose fate is not known: storage may have taken their samples, or may do so yet. */
export const OUT_OF_TIME = new Error("the invocation's time ran out");

/** Why messages failed that nobody has looked at: what they wait for is known to be away. */
export const STORAGE_DOWN = new Error("storage is known to be down, and is not asked for a moment");

/** Why messages are given back at once: they may be what ends the process, and are counted until it is their turn. */
export const SET_APART = new Error("the message came back before its time, again and again: it may end the process");

/** One line per invocation, and one per reason: never one per sample, with which an outsider could flood the log. */
export function logOutcomes(logger: Logger, outcomes: readonly Outcome[]): void {
  const rejected = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [] : outcome.rejected));
  for (const reason of rejectionReasons) {
    const same = rejected.filter((rejection) => rejection.reason === reason);
    if (same[0] !== undefined) logger.warn("samples rejected", { reason, count: same.length, first: same[0].detail });
  }
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
  const refused = failed.filter(({ cause }) => cause !== OUT_OF_TIME);
  if (refused[0] !== undefined)
    logger.warn("messages failed, to be tried again", { count: refused.length, cause: refused[0].cause });
  const unfinished = failed.length - refused.length;
  if (unfinished > 0) logger.warn("time ran out, messages to be tried again", { count: unfinished });
  logger.info("messages handled", {
    received: outcomes.length,
    recorded: outcomes.filter((outcome) => outcome.kind === "recorded").length,
    rejected: outcomes.filter((outcome) => outcome.kind === "rejected").length,
    failed: failed.length,
    samples: outcomes.reduce((sum, outcome) => sum + (outcome.kind === "recorded" ? outcome.samples : 0), 0),
  });
}
