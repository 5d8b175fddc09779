import { identity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";

/**
 * Records as a driver reads them: each identity once (as it was recorded last), newest first. What has the same
 * time comes in the order of its identity, so that reading twice gives the same order.
 */
export function newestFirst<Kind extends MeteringRecord>(records: Iterable<Kind>, limit?: number): readonly Kind[] {
  const unique = new Map<string, Kind>();
  for (const record of records) unique.set(identity(record), record);
  const sorted = Array.from(unique).sort(([idA, a], [idB, b]) => compare(b.time, a.time) || compare(idA, idB));
  return sorted.slice(0, limit).map(([, record]) => record);
}

/** By code unit, as times and identities are ordered everywhere; a locale would order them otherwise. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** So many more than asked for are held before they are cut back: rarely enough that sorting costs little. */
const SLACK = 4_096;

/** Like `newestFirst`, for more records than fit in memory: holds little more than `limit` of them. */
export async function newestOf<Kind extends MeteringRecord>(
  records: AsyncIterable<Kind>,
  limit?: number,
): Promise<readonly Kind[]> {
  let kept: Kind[] = [];
  for await (const record of records) {
    kept.push(record);
    if (limit !== undefined && kept.length >= limit + SLACK) kept = [...newestFirst(kept, limit)];
  }
  return newestFirst(kept, limit);
}
