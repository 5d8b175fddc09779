import { type EventIdentity, identity, type SampleIdentity } from "../../sample/identity.ts";
import type { TimeRange } from "../driver.ts";

type Identity = SampleIdentity | EventIdentity;

/**
 * The order in which every storage is read: by time, the newest first, then by the bytes of the message id, the greatest
 * first, as sort keys are; what is the same in both comes by the rest of its identity. So a place in it is the same place
 * whatever is written meanwhile, and in another storage.
 */
export function newestFirst(a: Identity, b: Identity): number {
  return compare(b.time, a.time) || compareBytes(b.message_id, a.message_id) || compare(identity(a), identity(b));
}

/** Whether a record stands behind a place in that order; without a place, each does. */
export function isBehind(record: Identity, place: Identity | undefined): boolean {
  return place === undefined || newestFirst(place, record) < 0;
}

/** The times that records behind a place can have, its own among them. */
export function timesBehind({ from, to, after }: TimeRange & { readonly after?: Identity }): TimeRange {
  // No time is equal to this one, so that it is an end whether ends are included or not.
  const end = after === undefined ? undefined : justAfter(after.time);
  const earlier = end === undefined || (to !== undefined && to < end) ? to : end;
  return { ...(from !== undefined && { from }), ...(earlier !== undefined && { to: earlier }) };
}

/** After a day or time, and after all keys that begin with it: "$" comes after the "#" that follows there. */
export function justAfter(begin: string): string {
  return `${begin}$`;
}

/** By code unit, as times and identities are ordered everywhere; a locale would order them otherwise. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const SURROGATE = /[\ud800-\udfff]/;

/** The same as by code unit, but for what has two of them. */
function compareBytes(a: string, b: string): number {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return compare(a, b);
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}
