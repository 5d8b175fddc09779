import { realpathSync, type Stats, statSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** The facts that tell who may change a file or replace one in a folder. */
export type Ownership = Pick<Stats, "uid" | "mode">;

export interface OwnedPath {
  readonly path: string;
  readonly stats: Ownership;
}

/** Permissions by which others than the owner could put their own keys in, or take ours. */
const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o044;
/** In a folder with it, as in /tmp, each can remove and rename their own files alone. */
const STICKY = 0o1000;

const ROOT = 0;

/**
 * Whether somebody else could change or replace a file with secrets, and so sign as anybody.
 *
 * @param folders all above the file, which could each be renamed away
 * @param trusted user ids beside root
 * @returns why not to take the file, to be put after its name; undefined if nobody else could
 */
export function untrusted(
  file: Ownership,
  folders: readonly OwnedPath[],
  trusted: readonly number[],
): string | undefined {
  const isTrusted = (uid: number) => uid === ROOT || trusted.includes(uid);
  if (!isTrusted(file.uid)) return `belongs to another user (${file.uid}), who can change it: chown it to yours`;
  if (file.mode & OTHERS_WRITE) return "can be changed by other users: chmod go-w";
  for (const { path, stats } of folders) {
    if (!isTrusted(stats.uid)) {
      return `can be replaced by another user (${stats.uid}), whose folder ${path} is: put it into one of yours`;
    }
    if ((stats.mode & STICKY) === 0 && stats.mode & OTHERS_WRITE) {
      return `can be replaced by other users, who may write in the folder ${path}: chmod go-w ${path}`;
    }
  }
  return undefined;
}

/** Advice about a file that is taken all the same. */
export function readableByOthers(path: string, { mode }: Ownership): string | undefined {
  return mode & OTHERS_READ ? `the file ${path} holds secrets and can be read by other users: chmod go-r` : undefined;
}

/** The process's own user. Undefined where users are not told apart by numbers, and nothing is checked. */
export function ownUser(): number | undefined {
  return process.geteuid?.();
}

/** The folders above a file, and above where a link leads. */
export async function foldersAbove(path: string): Promise<readonly OwnedPath[]> {
  const folders = allAbove(path, await realpath(path));
  return Promise.all(folders.map(async (folder) => ({ path: folder, stats: await stat(folder) })));
}

/** The same, for a start that does not mind waiting. */
export function foldersAboveSync(path: string): readonly OwnedPath[] {
  return allAbove(path, realpathSync(path)).map((folder) => ({ path: folder, stats: statSync(folder) }));
}

function allAbove(...paths: readonly string[]): readonly string[] {
  const all = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(resolve(path)); !all.has(folder); folder = dirname(folder)) all.add(folder);
  }
  return [...all];
}
