import { open } from "node:fs/promises";
import { PRIVATE_MODE } from "../../disk/durable.ts";
import { unlessAbsent } from "../../disk/file-error.ts";
import { createInTurn } from "../../flow/in-turn.ts";
import type { Event, MeteringRecord, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter, StorageDriver, Stored } from "../driver.ts";
import { matchesEvent, matchesIdentity } from "../rows/filter-match.ts";
import { recordsIn } from "../rows/json-lines.ts";
import { conflictingSamples, newestOf, newestSamples } from "../rows/newest-first.ts";
import { readConflicts, readSamples } from "../rows/read-samples.ts";
import { expectRowFormat, FORMAT_LENGTH, rowReader, toRow } from "../rows/record-row.ts";
import { settlementLookup } from "../rows/settlement-lookup.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { chunksOf } from "./file-chunks.ts";
import { lastLineStart } from "./last-line.ts";
import { closeLogFiles, expectLogFiles, type LogFile, openLogFiles } from "./log-files.ts";
import { newestInLog } from "./log-parts.ts";
import { RotatingFile, type Rotation } from "./rotating-file.ts";
import { SettlementFile } from "./settlement-file.ts";

export interface FileLogOptions extends Partial<Rotation> {
  readonly path: string;
  /** Permissions of the files that are made. @default 0600 */
  readonly mode?: number;
  /** Told of a file that is there and lets in others than that. */
  readonly onWider?: (problem: string) => void;
  readonly onUnreadable?: OnUnreadable;
  /** Whether a reading that finds no file at all is refused with the disk's answer. @default it finds nothing */
  readonly isExpected?: boolean;
  /** Identities that a reading holds at a time. @default 50,000, of 1.6 to 3 kB each as Ceilometer sends them */
  readonly mostHeld?: number;
}

export interface FileLog extends StorageDriver {
  /**
   * Makes folder and file where there is none; otherwise the first batch does. Rejects with NewerFormat for a file that a
   * later release has written to, and with what the disk answers.
   */
  prepare(): Promise<void>;
}

/** Few enough for a laptop's memory, and enough that what most people ask for is read once. */
const MOST_HELD = 50_000;

const RECORDED: Stored = { kind: "recorded" };

/**
 * Keeps samples and events as JSON lines in a local file, as Ceilometer's file dispatcher did. A batch is on the
 * disk (not only in the system's memory) when it counts as recorded. The file holds each record at least once;
 * readers find each once.
 */
export function openFileLog(options: FileLogOptions): FileLog {
  const { path, maxBytes = 0, backupCount = 0, onUnreadable, isExpected = false, mostHeld = MOST_HELD } = options;
  const { mode = PRIVATE_MODE, onWider = () => undefined } = options;
  const permissions = { mode, onWider };
  const file = new RotatingFile(path, { maxBytes, backupCount }, permissions);
  const settlements = new SettlementFile(path, permissions, onUnreadable);
  /** Two calls at the same time could both rotate. */
  const inTurn = createInTurn();

  async function append(records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
    const lines = records.map((record) => Buffer.from(`${toRow(record)}\n`));
    let written = 0;
    try {
      while (written < lines.length) written += await file.append(lines.slice(written));
    } catch (cause) {
      return records.map((_, index) => (index < written ? RECORDED : { kind: "failed", cause }));
    }
    return records.map(() => RECORDED);
  }

  /** Opens all files for as long as `read` goes on. */
  async function* reading<Found>(
    told: OnUnreadable | undefined,
    read: (files: readonly LogFile[]) => AsyncIterable<Found>,
  ): AsyncGenerator<Found> {
    const { files, unread } = await openLogFiles(path);
    // A folder that was removed, or a disk that was unmounted, between one reading of a command and the next.
    if (isExpected && files.length === 0) await expectLogFiles(path);
    try {
      for (const one of unread) told?.(one.path, one.why, { name: one.path, of: "whole" });
      yield* read(files);
    } finally {
      await closeLogFiles(files);
    }
  }

  function records(told: OnUnreadable | undefined): AsyncGenerator<MeteringRecord> {
    return reading(told, async function* (files) {
      const readRow = rowReader();
      // A compressed file beside what it is made of may be in the making, and holds nothing else.
      for (const file of files) yield* recordsIn(chunksOf(file), file.path, readRow, file.hasPlain ? undefined : told);
    });
  }

  /** For readings that go through all files twice: what is damaged is told the first time. */
  function samplesOf(filter: SampleFilter): () => AsyncIterable<Sample> {
    let told = onUnreadable;
    return () => {
      const found = samples(filter, told);
      told = undefined;
      return found;
    };
  }

  async function* samples(filter: SampleFilter, told: OnUnreadable | undefined): AsyncGenerator<Sample> {
    for await (const record of records(told)) {
      if (record.kind === "sample" && matchesIdentity(record, filter)) yield record;
    }
  }

  async function* events(filter: EventFilter): AsyncGenerator<Event> {
    for await (const record of records(onUnreadable)) {
      if (record.kind === "event" && matchesEvent(record, filter)) yield record;
    }
  }

  const settlementOf = () =>
    settlementLookup(
      () => path,
      () => settlements.read(),
    );

  return {
    name: "file",
    unstorable: () => undefined,
    prepare: () => inTurn(() => prepared(file, path)),
    record: async (batch) => (batch.length === 0 ? [] : inTurn(() => append(batch))),
    async *samples(filter) {
      const { limit = Number.POSITIVE_INFINITY } = filter;
      const whole = { filter, most: mostHeld, told: onUnreadable, readRow: rowReader() };
      const identities =
        limit <= mostHeld
          ? await newestSamples(samplesOf(filter), filter)
          : reading(onUnreadable, (files) => newestInLog(files, whole));
      yield* readSamples({ identities, settlementOf: settlementOf() }, filter);
    },
    async *conflicts(filter) {
      const found = await conflictingSamples(samplesOf(filter));
      yield* readConflicts({ identities: found, settlementOf: settlementOf() }, filter);
    },
    settle: (settlement) => inTurn(() => settlements.add(settlement)),
    async *events(filter) {
      const found = await newestOf(events(filter), filter.limit);
      yield* found.flat();
    },
    reopen: () =>
      inTurn(async () => {
        await file.close();
        await file.prepare();
      }),
    close: () => inTurn(() => file.close()),
  };
}

/** Looks before it touches: the first thing that is done to a file may be to end its last line. */
async function prepared(file: RotatingFile, path: string): Promise<void> {
  await expectFormat(path);
  await file.prepare();
}

async function expectFormat(path: string): Promise<void> {
  const handle = await unlessAbsent(open(path, "r"), undefined);
  if (handle === undefined) return;
  try {
    expectRowFormat(await lastLineStart(handle, FORMAT_LENGTH), path);
  } finally {
    await handle.close();
  }
}
