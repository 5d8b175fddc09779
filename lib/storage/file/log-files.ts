import type { Dirent } from "node:fs";
import { access, type FileHandle, open, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { unlessAbsent } from "../../disk/file-error.ts";
import { compare } from "../rows/order.ts";
import { type RotatedName, rotatedName } from "./rotated-name.ts";

/** One file of a log, open for reading. */
export interface LogFile {
  path: string;
  readonly handle: FileHandle;
  readonly gzip: boolean;
  /** Whether a writer may be adding to it right now. */
  isLive: boolean;
  /** Of a compressed file: what it was made of is read as well, so it may still be in the making. */
  hasPlain: boolean;
  age: Age;
}

export interface LogFiles {
  /** Oldest first. */
  readonly files: readonly LogFile[];
  /** Files beside the log that look like a part of it and are not read. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

type Age = readonly [number, number, string];

const NEWEST: Age = [3, 0, ""];
/** Rotation takes a moment, and comes once an hour at most. */
const LOOKS = 5;
const RESTLESS = "some of its files: they were moved again and again while they were opened, or lead nowhere";

/**
 * Opens all files of a log, however many there are, before any is read. A rotation meanwhile renames files behind the
 * back of whoever has listed their names. So they are told apart by inode, and the folder is looked at until it shows
 * nothing new: a rotation then shows rows twice, in a file and its compressed copy, and never hides one.
 */
export async function openLogFiles(path: string): Promise<LogFiles> {
  const held = new Map<string, LogFile>();
  try {
    for (let look = 1; ; look++) {
      const { names, unread } = await listed(path);
      const isNew = await openAll(dirname(path), names, held);
      if (!isNew) return { files: inOrder(held), unread };
      if (look === LOOKS) return { files: inOrder(held), unread: [...unread, { path, why: RESTLESS }] };
    }
  } catch (error) {
    await closeLogFiles([...held.values()]);
    throw error;
  }
}

export async function closeLogFiles(files: readonly LogFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()));
}

/** Rejects where there is nothing to read: neither the file nor what it was before it was rotated. */
export async function expectLogFiles(path: string): Promise<void> {
  const { names, unread } = await listed(path);
  if (names.length + unread.length === 0) await access(path);
}

type Named = { readonly name: string } & Extract<RotatedName, { isRead: true }>;

async function listed(path: string): Promise<{ names: readonly Named[]; unread: LogFiles["unread"] }> {
  const [folder, log] = [dirname(path), basename(path)];
  const names: Named[] = [];
  const unread: { path: string; why: string }[] = [];
  for (const name of await namesIn(folder, log)) {
    if (name === log) names.push({ name, isRead: true, gzip: false, plainName: name, age: NEWEST });
    const known = rotatedName(log, name);
    if (known?.isRead) names.push({ name, ...known });
    else if (known !== undefined) unread.push({ path: join(folder, name), why: known.why });
  }
  return { names, unread };
}

/** Folders and pipes are left out, but for the log itself: nothing that rotates makes one. */
async function namesIn(folder: string, log: string): Promise<readonly string[]> {
  const entries = await unlessAbsent(readdir(folder, { withFileTypes: true }), []);
  const isKept = (entry: Dirent) => entry.isFile() || entry.isSymbolicLink() || entry.name === log;
  return entries.filter(isKept).map(({ name }) => name);
}

/** @returns whether the folder has shown, or may be about to show, something that was not held before */
async function openAll(folder: string, names: readonly Named[], held: Map<string, LogFile>): Promise<boolean> {
  let isNew = false;
  const present = new Set(names.map(({ name }) => name));
  for (const { name, gzip, plainName, age } of names) {
    const handle = await unlessAbsent(open(join(folder, name), "r"), undefined);
    if (handle === undefined) {
      // Moved since it was listed.
      isNew = true;
      continue;
    }
    const { dev, ino } = await handle.stat();
    const place = { path: join(folder, name), isLive: age === NEWEST, age };
    const hasPlain = gzip && present.has(plainName);
    const known = held.get(`${dev}:${ino}`);
    if (known === undefined) held.set(`${dev}:${ino}`, { ...place, handle, gzip, hasPlain });
    else {
      Object.assign(known, place, { hasPlain: known.hasPlain || hasPlain });
      await handle.close();
    }
    isNew ||= known === undefined;
  }
  return isNew;
}

function inOrder(held: ReadonlyMap<string, LogFile>): readonly LogFile[] {
  return Array.from(held.values()).sort(
    (a, b) => a.age[0] - b.age[0] || a.age[1] - b.age[1] || compare(a.age[2], b.age[2]) || compare(b.path, a.path),
  );
}
