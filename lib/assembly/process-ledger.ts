import type { ProcessLedger } from "../ledger/ledger.ts";
import { doubtFigures } from "./doubt-log.ts";
import type { Parts } from "./open-parts.ts";

/** The fate of the rejected messages that a quarantine was given. */
export interface QuarantineCounts {
  readonly kept: number;
  /** Of those that anybody can send, beyond their share. @default 0, where everything is kept */
  readonly skipped?: number;
  readonly failed: number;
}

/**
 * The figures of a process as a whole, beside those of its listeners.
 *
 * @param quarantine undefined where nothing is kept
 */
export function processLedger(
  { keys, doubts, expired, late }: Parts,
  quarantine: QuarantineCounts | undefined,
  LogLinesDropped: number,
): ProcessLedger {
  const { kept = 0, skipped = 0, failed = 0 } = quarantine ?? {};
  return {
    figures: {
      MessagesQuarantined: kept,
      QuarantineSkipped: skipped,
      QuarantineFailed: failed,
      KeyReadsFailed: keys.failedReads(),
      LogLinesDropped,
      ...doubtFigures(doubts),
      SamplesExpired: expired(),
      SecondsWithoutStorage: late?.secondsWithout() ?? 0,
      StorageRefused: late?.refusals() ?? 0,
    },
    verified: keys.uses(),
  };
}
