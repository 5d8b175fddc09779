import type { Ledgers, ProcessLedger } from "../ledger/ledger.ts";
import { besideLedgers, listenerLedgers } from "../ledger/socket-ledger.ts";
import {
  createSocketCollector,
  type SocketCollector,
  type SocketCollectorOptions,
} from "../listener/socket-collector.ts";
import { createQuarantineQuota, type QuarantineQuota } from "../quarantine/quarantine-quota.ts";
import type { Parts } from "./open-parts.ts";
import { processLedger } from "./process-ledger.ts";

/** The collector of datagrams and frames, with the share of the quarantine that anybody may fill. */
export interface SocketSide {
  readonly collector: SocketCollector;
  /** Undefined where nothing is kept of what is rejected. */
  readonly quota: QuarantineQuota | undefined;
  ledgers(): Ledgers;
  /** The counts of each listener that stand in no ledger, by its URL. */
  beside(): Readonly<Record<string, unknown>>;
  /** @param droppedLines of the log */
  processLedger(droppedLines: number): ProcessLedger;
}

type SocketSideOptions = Omit<SocketCollectorOptions, "judge" | "storage" | "spillQueue" | "quarantine">;

export function composeSocketSide(parts: Parts, options: SocketSideOptions): SocketSide {
  const { quarantine } = parts;
  const quota = quarantine && createQuarantineQuota(quarantine, options.logger, quarantine);
  const collector = createSocketCollector({ ...parts, ...options, quarantine: quota });
  return {
    collector,
    quota,
    ledgers: () => listenerLedgers(collector.counters()),
    beside: () => besideLedgers(collector.counters()),
    processLedger: (droppedLines) => processLedger(parts, quota?.counts(), droppedLines),
  };
}
