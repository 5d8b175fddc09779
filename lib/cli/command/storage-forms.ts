import type { StorageKind } from "../../storage/storage-kind.ts";

/** The forms of these storages' URLs, for a help text: one per line, below the option that takes them. */
export function storageForms(kinds: readonly StorageKind[], indent: number): string {
  return kinds
    .map(({ form, parameters }) => `${" ".repeat(indent)}${form}${parameters === undefined ? "" : `[?${parameters}]`}`)
    .join("\n");
}
