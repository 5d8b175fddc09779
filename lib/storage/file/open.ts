import { prepared } from "../prepared.ts";
import type { OpenedStorage, OpenOptions } from "../storage-kind.ts";
import { openFileLog } from "./file.ts";
import { expectLogFiles } from "./log-files.ts";
import type { FilePlace } from "./place.ts";

export function openFile(
  { path, maxBytes, backupCount, mode }: FilePlace,
  { readOnly = false, onUnreadable, onWarning }: OpenOptions,
): Promise<OpenedStorage> {
  const log = openFileLog({
    path,
    maxBytes,
    backupCount,
    isExpected: readOnly,
    ...(mode && { mode }),
    ...(onUnreadable && { onUnreadable }),
    ...(onWarning && { onWider: onWarning }),
  });
  return prepared(log, readOnly ? expectLogFiles(path) : log.prepare(), `the file ${path}`);
}
