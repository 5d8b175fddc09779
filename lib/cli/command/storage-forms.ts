import type { StorageKind } from "../../storage/storage-kind.ts";

/** What the URLs of these storages look like, for a help text: a line each, below the option that takes them. */
export function storageForms(kinds: readonly StorageKind[], indent: number): string {
  return kinds
    .map(({ form, parameters }) => `${" ".repeat(indent)}${form}${parameters === undefined ? "" : `[?${parameters}]`}`)
    .join("\n");
}
