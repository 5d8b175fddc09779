import { randomUUID } from "node:crypto";
import { access, mkdir, opendir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createFile } from "../disk/create-file.ts";
import { isNotFound, unlessAbsent } from "../disk/file-error.ts";
import { createInTurn } from "../flow/in-turn.ts";
import { parseEntryName } from "./entry-name.ts";
import {
  type EntryStore,
  EntryTooLarge,
  LARGEST_ENTRY,
  NoRoomForSockets,
  type Room,
  type StoredName,
} from "./entry-store.ts";

export interface FileEntriesOptions {
  readonly folder: string;
  /** Nothing is written beyond, until somebody has looked and removed. */
  readonly maxEntries: number;
  /** At so many, whoever wrote them, nothing more is written of what came by a socket. */
  readonly maxSocketEntries: number;
}

export interface FileEntries extends EntryStore {
  /** Makes the folder where there is none, and removes what a crash left half written. */
  prepare(): Promise<void>;
}

/** A file that isn't whole yet begins so. */
const UNFINISHED = ".unfinished-";
/** Nobody writes on one for so long: its writer is gone. */
const GIVEN_UP_MS = 60_000;
/** So many are written before what is there is counted again: others may write, and remove, at the same time. */
const COUNT_EVERY = 100;

/** One file an entry. Each writer beside the first may exceed `maxEntries` by 100 at most. */
export function openFileEntries({ folder, maxEntries, maxSocketEntries }: FileEntriesOptions): FileEntries {
  /** Entries at the last count, and those written since. */
  let known = 0;
  /** How many may be written before the next count. */
  let fresh = 0;
  /** Two calls at the same time could both be the last that fits. */
  const inTurn = createInTurn();

  async function count(most: number): Promise<void> {
    if (fresh > 0 && known < most) return;
    known = await entriesIn(folder);
    fresh = COUNT_EVERY;
  }

  async function writeNew(name: string, text: string, room: Room): Promise<void> {
    const path = join(folder, name);
    if (await isThere(path)) return;
    const most = room === "queue" ? maxEntries : Math.min(maxSocketEntries, maxEntries);
    await count(most);
    if (known >= maxEntries) {
      throw new Error(
        `the quarantine ${folder} is full: it holds ${known} entries, and may hold ${maxEntries}; replay or remove some, or raise max_entries`,
      );
    }
    if (known >= most) {
      throw new NoRoomForSockets(
        `the quarantine ${folder} holds ${known} entries, and takes nothing more from sockets from ${most} on: the rest is for messages of queues; replay or remove some, or raise max_entries`,
      );
    }
    // Another writer may be quicker with the same message.
    await createFile(path, text, join(folder, `${UNFINISHED}${randomUUID()}`));
    known++;
    fresh--;
  }

  return {
    async prepare() {
      await mkdir(folder, { recursive: true });
      for await (const { name } of await opendir(folder)) {
        if (!name.startsWith(UNFINISHED)) continue;
        const left = await dated(folder, name);
        if (left !== undefined && Date.now() - left.writtenAt > GIVEN_UP_MS)
          await rm(join(folder, name), { force: true });
      }
    },

    write: (name, text, room) => inTurn(() => writeNew(name, text, room)),

    async *list(beginning) {
      for await (const { name } of await opendir(folder)) {
        if (!name.startsWith(beginning) || name.startsWith(UNFINISHED)) continue;
        const stored = await dated(folder, name);
        if (stored !== undefined) yield stored;
      }
    },

    async read(name) {
      try {
        const path = join(folder, name);
        const { size } = await stat(path);
        if (size > LARGEST_ENTRY) throw new EntryTooLarge(size);
        return await readFile(path, "utf8");
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    remove: (name) => rm(join(folder, name), { force: true }),
    close: () => inTurn(async () => undefined),
  };
}

async function entriesIn(folder: string): Promise<number> {
  let count = 0;
  for await (const { name } of await opendir(folder)) if (parseEntryName(name) !== undefined) count++;
  return count;
}

async function isThere(path: string): Promise<boolean> {
  const found = access(path).then(() => true);
  return unlessAbsent(found, false);
}

async function dated(folder: string, name: string): Promise<StoredName | undefined> {
  const found = await unlessAbsent(stat(join(folder, name)), undefined);
  return found && { name, writtenAt: found.mtimeMs };
}
