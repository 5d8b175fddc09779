import { createConflictLog } from "../dispatch/conflict-log.ts";
import { createDispatcher } from "../dispatch/dispatcher.ts";
import { createRecentlyRecorded, type RecentlyRecorded } from "../dispatch/recently-recorded.ts";
import { createStorageBreaker } from "../dispatch/storage-breaker.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { QueueRole } from "../ledger/metrics.ts";
import { createQueueLedger } from "../ledger/queue-ledger.ts";
import type { Logger } from "../log/logger.ts";
import type { Quarantine } from "../quarantine/quarantine.ts";
import { createQueueHandler, type QueueHandler, type UnstoredAges } from "../queue/queue-handler.ts";
import type { SourceQueues } from "../queue/source-queues.ts";
import type { Parts } from "./open-parts.ts";

/** The handler of the queues' messages, whoever polls for them, and its ledger. */
export interface QueueSide {
  readonly handler: QueueHandler;
  ledger(): Ledger;
  /** As last told, by queue. */
  unstoredAges(): UnstoredAges;
}

export interface QueueSideOptions {
  readonly logger: Logger;
  /** URL of the queue whose messages are spilled datagrams; null for none. */
  readonly spillQueue: string | null;
  /** @default the whole of the parts' own, uncounted */
  readonly quarantine?: Quarantine | undefined;
  /** @default its own */
  readonly recent?: RecentlyRecorded;
  /** Where failed messages are told when to come back. */
  readonly sources: SourceQueues;
  /** As the handler's: only for queues that we deploy. @default false */
  readonly setsSuspectsApart?: boolean;
  /** Told after each invocation, when it is counted. */
  readonly onCounted?: (ledger: Ledger, ages: UnstoredAges) => void;
}

export function composeQueueSide({ judge, keys, storage, quarantine }: Parts, options: QueueSideOptions): QueueSide {
  const { logger, spillQueue, onCounted, sources, setsSuspectsApart } = options;
  const { recent = createRecentlyRecorded({ onConflict: createConflictLog(logger) }) } = options;
  const ledger = createQueueLedger();
  const lastAges = new Map<QueueRole, number>();
  const breaker = createStorageBreaker(storage);
  const handler = createQueueHandler({
    judge,
    keys,
    dispatcher: createDispatcher(breaker.driver, recent),
    isStorageDown: breaker.isDown,
    sources,
    setsSuspectsApart,
    logger,
    quarantine: options.quarantine ?? quarantine?.whole,
    spillQueue,
    count(received, outcomes, ages) {
      ledger.count(received, outcomes);
      for (const [queue, seconds] of ages) lastAges.set(queue, seconds);
      onCounted?.(ledger.snapshot(), ages);
    },
  });
  return { handler, ledger: ledger.snapshot, unstoredAges: () => lastAges };
}
