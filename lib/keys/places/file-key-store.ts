import { hasCode } from "../../disk/file-error.ts";
import { replaceFile } from "../../disk/replace-file.ts";
import { errorMessage } from "../../log/error-message.ts";
import type { KeyStore, WrittenKeys } from "../key-store.ts";
import { readKeyFile } from "./key-file.ts";
import { readLastUsed } from "./last-used-file.ts";

/** Beside the file while it is written: a second writer sees it, and waits. */
const DRAFT_SUFFIX = ".writing";

/** Keys in a file. */
export function fileKeyStore(path: string): KeyStore {
  return {
    name: `the file ${path}`,
    read: () => readKeyFile(path, true),
    write: (text, basis) => writeKeyFile(path, text, basis),
    lastUses: (_keyIds, now) => readLastUsed(path, now),
    close: () => undefined,
  };
}

async function writeKeyFile(path: string, text: string, basis: string | undefined): Promise<WrittenKeys> {
  const isUnchanged = async () => {
    const now = await readKeyFile(path, true);
    return now.ok ? now.version === basis : now.absent === true && basis === undefined;
  };
  try {
    if (await replaceFile(path, text, DRAFT_SUFFIX, isUnchanged)) return { ok: true };
    return { ok: false, problem: `the file ${path} was changed meanwhile: try again`, again: true };
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      const problem = `${path}${DRAFT_SUFFIX} is there: somebody else is changing the keys, or was interrupted; in that case remove it`;
      return { ok: false, problem, again: true };
    }
    return {
      ok: false,
      problem: `the file ${path} can't be written: ${errorMessage(error)}`,
    };
  }
}
