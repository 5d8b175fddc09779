import type { NamedPlace, OpenedStorage, OpenOptions } from "../storage-kind.ts";
import { openNull } from "./null.ts";

export async function openNullPlace(
  _place: NamedPlace,
  { readOnly = false, onWarning }: OpenOptions,
): Promise<OpenedStorage> {
  // Senders are told that it is recorded, and a queue forgets it.
  if (!readOnly) onWarning?.("null: keeps nothing of what is recorded there");
  return { ok: true, driver: openNull() };
}
