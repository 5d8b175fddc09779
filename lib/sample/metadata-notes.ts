import type { Dialect } from "./sample.ts";
import type { ValueMap } from "./value.ts";

/** What was made of metadata that comes again and again, so that it is made once. */
export interface MetadataNotes {
  /** What a dialect signs of it, as a message's `resource_metadata`. */
  readonly signed: Map<Dialect, string>;
  /** It as exact JSON. */
  json?: string;
  /** It as a part of what the content's digest is made of. */
  spelled?: string;
}

const notes = new WeakMap<ValueMap, MetadataNotes>();

/** @returns undefined for what is not known to come again */
export function notesOf(metadata: ValueMap): MetadataNotes | undefined {
  return notes.get(metadata);
}

/** From now on what is made of it is kept for as long as it is. */
export function takeNotesOf(metadata: ValueMap): void {
  notes.set(metadata, { signed: new Map() });
}
