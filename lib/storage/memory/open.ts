import type { OpenedStorage } from "../storage-kind.ts";
import { openMemory } from "./memory.ts";

export async function openMemoryPlace(): Promise<OpenedStorage> {
  return { ok: true, driver: openMemory() };
}
