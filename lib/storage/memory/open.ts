import type { NamedPlace, OpenedStorage, OpenOptions } from "../storage-kind.ts";
import { writeOnly } from "../write-only.ts";
import { openMemory } from "./memory.ts";

export async function openMemoryPlace(_place: NamedPlace, { readOnly = false }: OpenOptions): Promise<OpenedStorage> {
  const driver = openMemory();
  // Who may only read has nothing to find in it, whatever a collector has recorded in its own.
  return { ok: true, driver: readOnly ? { ...driver, ...writeOnly("memory", "is empty in each process") } : driver };
}
