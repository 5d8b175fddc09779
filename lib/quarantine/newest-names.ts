import { parseEntryName } from "./entry-name.ts";
import type { StoredName } from "./entry-store.ts";
import type { EntryFilter } from "./quarantine-entries.ts";

/** So many more than asked for are held before they are cut back: rarely enough that sorting costs little. */
const SLACK = 4_096;

/**
 * The names of the entries that a filter asks for, newest first, each id once: by the name of a whole one, where there
 * is one. Reads no entry.
 */
export async function newestNames(
  listed: AsyncIterable<StoredName>,
  { reason, limit }: EntryFilter,
): Promise<readonly string[]> {
  let newest = new Map<string, Found>();
  for await (const stored of listed) {
    const parsed = parseEntryName(stored.name);
    if (parsed === undefined || (reason !== undefined && !parsed.reasons.includes(reason))) continue;
    const found = { ...stored, cut: parsed.cut };
    const other = newest.get(parsed.id);
    if (other === undefined || isBetter(found, other)) newest.set(parsed.id, found);
    if (limit !== undefined && newest.size >= limit + SLACK) newest = new Map(sorted(newest).slice(0, limit));
  }
  return sorted(newest)
    .slice(0, limit)
    .map(([, { name }]) => name);
}

interface Found extends StoredName {
  readonly cut: boolean;
}

function isBetter(one: Found, other: Found): boolean {
  return one.cut === other.cut ? one.writtenAt > other.writtenAt : other.cut;
}

function sorted(names: ReadonlyMap<string, Found>): readonly (readonly [string, Found])[] {
  return Array.from(names).sort(([idA, a], [idB, b]) => b.writtenAt - a.writtenAt || (idA < idB ? -1 : 1));
}
