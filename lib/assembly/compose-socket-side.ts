import type { Ledgers, ProcessLedger } from "../ledger/ledger.ts";
import { besideLedgers, listenerLedgers } from "../ledger/socket-ledger.ts";
import { type Collector, type CollectorOptions, createCollector } from "../listener/socket-collector.ts";
import { createQuarantineShare, type QuarantineShare } from "../quarantine/quarantine-quota.ts";
import type { Parts } from "./open-parts.ts";
import { processLedger } from "./process-ledger.ts";

/** What takes datagrams and frames, with the share of the quarantine that anybody may fill. */
export interface SocketSide {
  readonly collector: Collector;
  /** Undefined where nothing is kept of what is rejected. */
  readonly share: QuarantineShare | undefined;
  ledgers(): Ledgers;
  /** What each listener has counted beside its ledger, by its URL. */
  beside(): Readonly<Record<string, unknown>>;
  /** @param droppedLines of the log */
  processLedger(droppedLines: number): ProcessLedger;
}

type SocketSideOptions = Omit<CollectorOptions, "judge" | "storage" | "spillQueue" | "quarantine">;

export function composeSocketSide(parts: Parts, options: SocketSideOptions): SocketSide {
  const { quarantine } = parts;
  const share = quarantine && createQuarantineShare(quarantine, options.logger, quarantine);
  const collector = createCollector({ ...parts, ...options, quarantine: share });
  return {
    collector,
    share,
    ledgers: () => listenerLedgers(collector.counters()),
    beside: () => besideLedgers(collector.counters()),
    processLedger: (droppedLines) => processLedger(parts, share?.counts(), droppedLines),
  };
}
