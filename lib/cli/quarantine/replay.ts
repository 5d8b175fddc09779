import { lastingDrivers } from "../../assembly/drivers.ts";
import { createDispatcher } from "../../dispatch/dispatcher.ts";
import { createRecentlyRecorded } from "../../dispatch/recently-recorded.ts";
import type { Judge } from "../../judge/judge.ts";
import type { Entry } from "../../quarantine/entry.ts";
import type { EntryFilter, FoundEntry, QuarantineEntries } from "../../quarantine/quarantine-entries.ts";
import { type ReplayOptions, replay } from "../../quarantine/replay.ts";
import type { StorageDriver } from "../../storage/driver.ts";
import { openStorage } from "../../storage/open-storage.ts";
import type { ExpiredRecords } from "../../storage/storage-kind.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { verificationOptions, verifierFrom } from "../command/verification-options.ts";
import { entryFilterOptions, quarantineOption, shortId, toEntryFilter, withQuarantine } from "./options.ts";
import { createReplaySummary, replayLine } from "./replay-summary.ts";

export async function replayQuarantine(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals: ids } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      ...quarantineOption,
      ...entryFilterOptions,
      ...verificationOptions,
      storage: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      "accept-ambiguous": { type: "boolean", default: false },
    },
  });
  const filter = toEntryFilter(values);
  if ("problem" in filter) return usageError(io, filter.problem);
  if (ids.length > 0 && (filter.reason !== undefined || filter.limit !== undefined)) {
    return usageError(io, "give either IDs, or --reason and --limit");
  }
  if (values["accept-ambiguous"] && ids.length === 0) {
    return usageError(io, "--accept-ambiguous takes the IDs of messages that somebody has looked at");
  }
  const { storage, "dry-run": dryRun } = values;
  if (storage === undefined && !dryRun) {
    return usageError(io, "--storage is missing, such as --storage dynamodb://samples; or try --dry-run");
  }
  const verifier = await verifierFrom(values, io);
  if ("problem" in verifier) return usageError(io, verifier.problem);
  try {
    return await withQuarantine(values.quarantine, io, (quarantine, unreadable) =>
      withStorage(dryRun ? undefined : storage, io, (driver) => {
        const work = { found: wanted(quarantine, ids, filter), options: options(verifier.judge, quarantine, driver) };
        return replayAll(work, unreadable, io);
      }),
    );
  } finally {
    await verifier.keys.close();
  }
}

function options(judge: Judge, quarantine: QuarantineEntries, driver: StorageDriver | undefined): ReplayOptions {
  const into = driver && { dispatcher: createDispatcher(driver, createRecentlyRecorded()), quarantine };
  return { judge, into };
}

interface Work {
  readonly found: AsyncIterable<FoundEntry>;
  readonly options: ReplayOptions;
}

/** One after the other, so that an interruption leaves at most one whose fate isn't printed. */
async function replayAll({ found, options }: Work, unreadable: () => number, io: Io): Promise<number> {
  const summary = createReplaySummary();
  let interrupted = false;
  void io.stopped().then(() => {
    interrupted = true;
  });
  let missing = 0;
  for await (const one of found) {
    if (interrupted) break;
    if (one.ok) {
      const replayed = await replay(one.entry, options);
      summary.add(replayed);
      io.out(replayLine(shortId(one.entry.id), replayed, options.into === undefined));
    } else {
      missing++;
      io.err(`countersign: ${one.problem}`);
    }
  }
  for (const line of summary.lines(options.into === undefined)) io.out(line);
  if (interrupted) io.err("interrupted: call it again for the rest");
  return interrupted || missing > 0 || unreadable() > 0 || summary.remain() ? EXIT_FAILED : EXIT_OK;
}

async function* wanted(
  quarantine: QuarantineEntries,
  ids: readonly string[],
  filter: EntryFilter,
): AsyncGenerator<FoundEntry> {
  for (const id of ids) yield await quarantine.get(id);
  if (ids.length === 0) for await (const entry of quarantine.entries(filter)) yield found(entry);
}

function found(entry: Entry): FoundEntry {
  return { ok: true, entry };
}

async function withStorage(
  urls: string | undefined,
  io: Io,
  use: (driver: StorageDriver | undefined) => Promise<number>,
): Promise<number> {
  if (urls === undefined) return use(undefined);
  let expired = 0;
  const onExpired = ({ records }: ExpiredRecords) => {
    expired += records;
  };
  // An entry is deleted once it is stored.
  const opened = await openStorage(urls, lastingDrivers, { onExpired });
  if (!opened.ok) return usageError(io, opened.problem);
  try {
    return await use(opened.driver);
  } finally {
    if (expired > 0) io.err(`retention_days is over for ${expired} of what was stored: it is deleted within days`);
    await opened.driver.close();
  }
}
