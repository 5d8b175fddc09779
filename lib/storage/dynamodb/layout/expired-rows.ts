import type { ExpiredRecords } from "../../storage-kind.ts";
import { TTL_ATTRIBUTE } from "./keys.ts";
import type { Item } from "./limits.ts";

/** TTL takes an expiry that lies further back for a mistake. AWS says five years; a leap day more is left to it. */
const DELETED_WITHIN_MS = 5 * 365 * 86_400_000;

/** @param now milliseconds since 1970 @returns undefined where none of the rows has expired */
export function expiredAmong(rows: Iterable<Item>, now: number): ExpiredRecords | undefined {
  let [records, kept] = [0, 0];
  for (const row of rows) {
    const age = now - Number(row[TTL_ATTRIBUTE]?.N ?? Number.NaN) * 1_000;
    if (age >= 0) records++;
    if (age >= DELETED_WITHIN_MS) kept++;
  }
  return records === 0 ? undefined : { records, kept };
}
