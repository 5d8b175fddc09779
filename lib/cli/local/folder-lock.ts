import { mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

export type FolderLock =
  | { readonly ok: true; release(): Promise<void> }
  /** The process that has it. */
  | { readonly ok: false; readonly problem: string };

const NAME = "process-id";

/**
 * Takes a folder for this process alone: the embedded DynamoDB breaks down over tables that another one has open. What a
 * process leaves that was killed does not count. Makes the folder where there is none.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, NAME);
  for (;;) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: "wx" });
      return { ok: true, release: () => unlink(path).catch(() => undefined) };
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
    const holder = Number(await readFile(path, "utf8").catch(() => ""));
    if (isOther(holder)) {
      return {
        ok: false,
        problem: `the folder ${folder} is in use by process ${holder}, another countersign local: end that one, or give --folder another name (if it is no such process, delete ${path})`,
      };
    }
    await unlink(path).catch((error: unknown) => {
      if (!hasCode(error, "ENOENT")) throw error;
    });
  }
}

function isOther(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
