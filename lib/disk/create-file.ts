import { type FileHandle, link, rm } from "node:fs/promises";
import { makeFromDraft } from "./durable.ts";
import { hasCode } from "./file-error.ts";

/**
 * Makes a file as a whole where there is none of its name, for its owner alone; one that is there stays as it is.
 *
 * @param draft a name beside it that nobody else uses
 * @throws the file system's errors
 */
export async function createFile(path: string, text: string, draft: string): Promise<void> {
  const write = async (file: FileHandle) => {
    await file.writeFile(text);
    return true;
  };
  await makeFromDraft(draft, write, async () => {
    // Linked, as renaming would overwrite.
    await link(draft, path).catch((error: unknown) => {
      if (!hasCode(error, "EEXIST")) throw error;
    });
    await rm(draft, { force: true });
  });
}
