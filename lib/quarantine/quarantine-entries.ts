import type { RejectionReason } from "../sample/rejection.ts";
import type { Entry } from "./entry.ts";

export interface EntryFilter {
  /** Only what was rejected for this reason, among others, when it was kept. */
  readonly reason?: RejectionReason | undefined;
  /** At most so many, those kept last. */
  readonly limit?: number | undefined;
}

/** An entry, or why there is none, said to a person who can correct it. */
export type FoundEntry =
  | { readonly ok: true; readonly entry: Entry }
  | { readonly ok: false; readonly problem: string };

export type Removed = { readonly ok: true } | { readonly ok: false; readonly cause: unknown };

/** The entries of a quarantine, for those who look. */
export interface QuarantineEntries {
  /** Newest first, to the second; each id once. Rejects with the store's answer to listing. */
  entries(filter?: EntryFilter): AsyncIterable<Entry>;
  /** @param id the whole of it, or as many of its first digits (at least 4) as no other entry has. Never rejects. */
  get(id: string): Promise<FoundEntry>;
  /** Removes an entry for good; fine where there is none. Never rejects. @param id the whole of it */
  remove(id: string): Promise<Removed>;
}

/** Told of an entry that can't be read, by its name. */
export type OnUnreadableEntry = (name: string, problem: string) => void;
