import { type FileHandle, open, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Of files with secrets, samples and what outsiders sent: for their owner alone, unless somebody says otherwise. */
export const PRIVATE_MODE = 0o600;

/**
 * Makes a file under another name first, and gives it its own once the disk has all of it: whoever reads sees the whole
 * or nothing, also after a power cut. The draft is gone afterwards, if not the process.
 *
 * @param draft the other name, in the same folder
 * @param fill writes into the draft; answers false where nothing is to be made after all
 * @param publish gives the file its name, and leaves no draft
 * @returns whether it was made
 * @throws the file system's errors: `EEXIST` if the draft is there
 */
export async function makeFromDraft(
  draft: string,
  fill: (file: FileHandle) => Promise<boolean>,
  publish: () => Promise<void>,
): Promise<boolean> {
  const file = await open(draft, "wx", PRIVATE_MODE);
  let isMade = false;
  try {
    if (!(await filled(file, fill))) return false;
    await publish();
    isMade = true;
  } finally {
    // Not afterwards: the name may be another's draft by then.
    if (!isMade) await rm(draft, { force: true });
  }
  await syncFolder(dirname(draft));
  return true;
}

async function filled(file: FileHandle, fill: (file: FileHandle) => Promise<boolean>): Promise<boolean> {
  try {
    if (!(await fill(file))) return false;
    await file.sync();
    return true;
  } finally {
    await file.close();
  }
}

/** A new name is durable only once its folder is. Windows can't open a folder, and needn't. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
