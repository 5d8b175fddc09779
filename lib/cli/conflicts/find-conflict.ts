import type { Conflict, SampleFilter, StorageDriver } from "../../storage/driver.ts";
import { conflictId, isIdPrefix } from "./conflict-id.ts";

export type FoundConflict = { readonly conflict: Conflict } | { readonly problem: string };

/** Looks for the one conflict whose id begins so, settled ones too. Reads all that the filter leaves, or until a whole id is found. */
export async function findConflict(storage: StorageDriver, filter: SampleFilter, id: string): Promise<FoundConflict> {
  if (!isIdPrefix(id)) return { problem: "an ID has 4 to 64 hexadecimal digits" };
  let found: Conflict | undefined;
  for await (const conflict of storage.conflicts({ ...filter, settled: true })) {
    const own = conflictId(conflict);
    if (own === id) return { conflict };
    if (!own.startsWith(id)) continue;
    if (found !== undefined) return { problem: `several conflicts have an id that begins with ${id}` };
    found = conflict;
  }
  return found === undefined ? { problem: `no conflict there has an id that begins with ${id}` } : { conflict: found };
}
