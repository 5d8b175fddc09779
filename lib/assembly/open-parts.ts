import { setTimeout as pause } from "node:timers/promises";
import type { SpillQueue } from "../dispatch/spill-queue.ts";
import { backoff } from "../flow/backoff.ts";
import type { Logger } from "../log/logger.ts";
import { shownUrl } from "../log/shown-url.ts";
import { type OpenedQuarantine, openQuarantine } from "../quarantine/open-quarantine.ts";
import { openSpillQueue } from "../queue/open-spill-queue.ts";
import { environmentNames, retentionProblem, type Settings } from "../settings.ts";
import type { StorageDriver } from "../storage/driver.ts";
import { openStorage } from "../storage/open-storage.ts";
import type { OpenOptions, StorageKind } from "../storage/storage-kind.ts";
import { parseStorageUrl, placesOf, splitUrls, storageName } from "../storage/storage-url.ts";
import { createExpiredCounter } from "./expired-records.ts";
import { type JudgeSettings, openJudge, type Verifier } from "./open-judge.ts";
import { type LateStorage, openLate } from "./opening/late-storage.ts";
import { openingPauses } from "./opening/opening-pauses.ts";
import { openOnDemand } from "./opening/storage-on-demand.ts";

/** The parts of a collector, wherever it runs: open, and the caller's to close. */
export interface Parts extends Verifier {
  readonly storage: StorageDriver;
  /** The same where it may not be open yet. Undefined where it is. */
  readonly late: LateStorage | undefined;
  /** How many records were stored although their retention is over. */
  readonly expired: () => number;
  readonly spillQueue: SpillQueue | undefined;
  readonly quarantine: OpenedQuarantine | undefined;
}

export type PartsSettings = JudgeSettings &
  Pick<Settings, "storage" | "spillQueue" | "quarantine"> & {
    /** That a storage URL may name. */
    readonly drivers: readonly StorageKind[];
    /** Storage may be opened later: there is a spill queue for what comes by sockets until then. @default false */
    readonly startsWithoutStorage?: boolean;
    /** Storage that does not answer is opened with the first message, which a queue keeps until then. @default false */
    readonly opensOnDemand?: boolean;
  };

export type OpenedParts =
  | { readonly ok: true; readonly parts: Parts }
  /** Everything that stands in the way. Transient: all of it may pass by itself. */
  | { readonly ok: false; readonly problems: readonly string[]; readonly transient: boolean };

/** A start takes less where all answer; of one that waits somebody wants to know what for. */
const SILENT_MS = 5_000;
/** Time at a stop for a call that is under way and may never be answered, of the ten seconds that it may take. */
const STOP_OPENING_MS = 2_000;

/** How an opening goes on trying, for a test. */
interface Trying {
  readonly firstPauseMs?: number;
  /** From 0 to 1, for the jitter between attempts. */
  readonly random?: () => number;
}

/** Opens all that the settings name, or nothing. */
export async function openParts(settings: PartsSettings, logger: Logger, trying: Trying = {}): Promise<OpenedParts> {
  const tooShort = retentionProblems(settings);
  const spill = settings.spillQueue === null ? undefined : openSpillQueue(settings.spillQueue);
  const expired = createExpiredCounter(logger);
  const [verifier, storage, quarantine] = await Promise.all([
    openJudge(settings, logger),
    openNowOrLater(settings, logger, { onWarning: logger.warn, onExpired: expired.note }, trying),
    settings.quarantine === null
      ? undefined
      : openQuarantine(settings.quarantine, { makesLater: settings.startsWithoutStorage === true }),
  ]);
  if (verifier.ok && storage.ok && quarantine?.ok !== false && spill?.ok !== false && tooShort.length === 0) {
    const { judge, keys, doubts } = verifier;
    const parts = {
      judge,
      keys,
      doubts,
      storage: storage.driver,
      late: storage.late,
      expired: expired.count,
      spillQueue: spill?.queue,
      quarantine: quarantine?.quarantine,
    };
    return { ok: true, parts };
  }
  await Promise.all([
    verifier.ok && verifier.keys.close(),
    storage.ok && storage.driver.close(),
    quarantine?.ok && quarantine.quarantine.close(),
    spill?.ok && spill.queue.close(),
  ]);
  const wrong = spill === undefined || spill.ok ? undefined : ({ ...spill, transient: false } as const);
  const failed = [verifier, storage, quarantine, wrong].flatMap((one) => (one === undefined || one.ok ? [] : [one]));
  const transient = tooShort.length === 0 && failed.every((one) => one.transient);
  return { ok: false, problems: [...tooShort, ...failed.map(({ problem }) => problem)], transient };
}

type OpenedNowOrLater =
  | { readonly ok: true; readonly driver: StorageDriver; readonly late?: LateStorage }
  | { readonly ok: false; readonly problem: string; readonly transient: boolean };

async function openNowOrLater(
  { storage, drivers, startsWithoutStorage = false, opensOnDemand = false }: PartsSettings,
  logger: Logger,
  options: OpenOptions,
  trying: Trying,
): Promise<OpenedNowOrLater> {
  const open = () => openStorage(storage, drivers, options);
  // Of a URL that names no storage there is nothing to wait for.
  if (!(startsWithoutStorage || opensOnDemand) || !placesOf(storage, drivers).ok) return open();
  const name = storageName(storage);
  if (opensOnDemand) return openOnDemand({ name, open, logger });
  const late = await openLate({ ...trying, name, open, logger });
  return { ok: true, driver: late.driver, late };
}

/** A storage that forgets a sample while the time window still lets it in would take it again, and bill it twice. */
function retentionProblems({ storage, drivers, timeWindow }: PartsSettings): readonly string[] {
  return splitUrls(storage).flatMap((url) => {
    const parsed = parseStorageUrl(url, drivers);
    const days = parsed.ok ? (parsed.place.retentionDays ?? null) : null;
    const problem = retentionProblem(days, timeWindow, WITHOUT_WINDOW);
    return problem === undefined ? [] : [`${shownUrl(url)}: retention_days: expected ${problem}`];
  });
}

const WITHOUT_WINDOW = `leave out --time-window, or set ${environmentNames.timeWindow} to false`;

/** What has to answer before a start, in words. */
function waitedFor({ startsWithoutStorage = false }: PartsSettings): string {
  return startsWithoutStorage ? "keys" : "storage, keys or quarantine";
}

/**
 * The same, but what can't be reached now is tried again for as long as nobody says stop: a collector that starts
 * together with its storage must neither give up nor receive what it can't keep. Where storage may come later, keys alone
 * are waited for.
 */
export async function openPartsInTime(
  settings: PartsSettings,
  logger: Logger,
  stop: AbortSignal,
  { firstPauseMs = openingPauses.firstMs, silentMs = SILENT_MS, random = Math.random } = {},
): Promise<OpenedParts> {
  const given = givenUp(stop);
  const pauseAfter = backoff({ ...openingPauses, firstMs: firstPauseMs });
  const waiting = `can't start yet: ${waitedFor(settings)} have not answered, and are waited for`;
  let problems: readonly string[] = [`${waitedFor(settings)} have not answered yet`];
  try {
    for (let attempts = 1; ; attempts++) {
      const opening = openParts(settings, logger, { firstPauseMs, random });
      const silence = setTimeout(() => logger.warn(waiting, { milliseconds: silentMs }), silentMs).unref();
      const opened = await Promise.race([opening, given.up]).finally(() => clearTimeout(silence));
      if (opened === undefined) void opening.then(closeLate);
      else if (opened.ok || !opened.transient) return opened;
      problems = opened?.problems ?? problems;
      if (stop.aborted) {
        return { ok: false, problems: [...problems, "asked to stop before the start"], transient: true };
      }
      const milliseconds = pauseAfter(attempts, random);
      logger.warn("can't start yet, to be tried again", { problems, milliseconds });
      await pause(milliseconds, undefined, { signal: stop }).catch(() => "cut short");
    }
  } finally {
    given.forget();
  }
}

async function closeLate(opened: OpenedParts): Promise<void> {
  if (opened.ok) await closeParts(opened.parts);
}

/** Resolves some time after `stop`: a start that is under way is then waited for no longer. */
function givenUp(stop: AbortSignal): { readonly up: Promise<undefined>; forget(): void } {
  let timer: NodeJS.Timeout | undefined;
  let onStop = () => {};
  const up = new Promise<undefined>((resolve) => {
    onStop = () => {
      timer = setTimeout(() => resolve(undefined), STOP_OPENING_MS);
    };
  });
  if (stop.aborted) onStop();
  stop.addEventListener("abort", onStop, { once: true });
  return {
    up,
    forget() {
      clearTimeout(timer);
      stop.removeEventListener("abort", onStop);
    },
  };
}

/** Once nothing is received any more. Twice is fine. */
export async function closeParts({ keys, storage, spillQueue, quarantine }: Parts): Promise<void> {
  await Promise.all([keys.close(), storage.close(), spillQueue?.close(), quarantine?.close()]);
}
