import { open, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";

const PRIVATE = 0o600;
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
  const draft = target + suffix;
  const file = await open(draft, "wx", PRIVATE);
  try {
    try {
      if (!(await proceed())) {
        await unlink(draft);
        return false;
      }
      await file.writeFile(text);
      const old = await unlessAbsent(stat(target), undefined);
      if (old !== undefined) {
        const own = await file.stat();
        if (own.uid !== old.uid || own.gid !== old.gid) await file.chown(old.uid, old.gid);
        await file.chmod(old.mode & KEPT_MODE);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await unlessAbsent(unlink(draft), undefined);
    throw error;
  }
  await syncFolder(dirname(target));
  return true;
}

/** So that the new name is there after a power cut, too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function unlessAbsent<T, U>(wanted: Promise<T>, instead: U): Promise<T | U> {
  try {
    return await wanted;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return instead;
    throw error;
  }
}
