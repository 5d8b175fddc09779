import { type FileHandle, realpath, rename, stat } from "node:fs/promises";
import { makeFromDraft } from "./durable.ts";
import { unlessAbsent } from "./file-error.ts";

/** Of an older file's permissions these are kept: a group was let in on purpose, others never should be. */
const KEPT_MODE = 0o640;

/**
 * Replaces a file as a whole: whoever reads it sees the old text or the new one. Mode, owner and group stay,
 * but for what lets others in; a new file is for its owner alone.
 *
 * @param suffix of the file that is written first, beside it. It is a lock: `EEXIST` if it is there
 * @param proceed asked after the lock is taken; with false nothing is written
 * @returns whether it was written
 * @throws the file system's errors
 */
export async function replaceFile(
  path: string,
  text: string,
  suffix: string,
  proceed: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  // A link stays a link to the file that is replaced.
  const target = await unlessAbsent(realpath(path), path);
  const write = async (file: FileHandle) => {
    if (!(await proceed())) return false;
    await file.writeFile(text);
    await takeOver(file, target);
    return true;
  };
  return makeFromDraft(target + suffix, write, () => rename(target + suffix, target));
}

/** Owner, group and permissions of the older file, if there is one. */
async function takeOver(file: FileHandle, target: string): Promise<void> {
  const old = await unlessAbsent(stat(target), undefined);
  if (old === undefined) return;
  const own = await file.stat();
  if (own.uid !== old.uid || own.gid !== old.gid) await file.chown(old.uid, old.gid);
  await file.chmod(old.mode & KEPT_MODE);
}
