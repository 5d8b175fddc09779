import type { MeteringRecord } from "../../../sample/sample.ts";
import { toEventItems } from "./event-items.ts";
import { TTL_ATTRIBUTE } from "./keys.ts";
import { type Item, overLimit } from "./limits.ts";
import { toSampleItems } from "./sample-items.ts";

const DAY_SECONDS = 86_400;

/** The items to write for one record. */
export interface Plan {
  /** For the samples table. */
  readonly row: Item;
  /** For the resources table, and to be there before the row is. */
  readonly needs: readonly Item[];
}

export type Planned = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly detail: string };

/** Lays a record out as items, or says which of DynamoDB's limits it is over. Pure. */
export function planOf(record: MeteringRecord, retentionDays?: number): Planned {
  const parts = partsOf(record, retentionDays === undefined ? undefined : expiryOf(record.time, retentionDays));
  for (const { what, item } of [parts.row, ...parts.needs]) {
    const problem = overLimit(item);
    if (problem !== undefined) return { ok: false, detail: `the ${what} needs ${problem}` };
  }
  return { ok: true, plan: { row: parts.row.item, needs: parts.needs.map(({ item }) => item) } };
}

interface Part {
  /** For a person. */
  readonly what: string;
  readonly item: Item;
}

function partsOf(record: MeteringRecord, expiry: number | undefined): { row: Part; needs: readonly Part[] } {
  const later = expiry === undefined ? undefined : outliving(expiry);
  if (record.kind === "event") {
    const { row, day } = toEventItems(record);
    return {
      row: { what: "event", item: expiring(row, expiry) },
      needs: [{ what: "event's type", item: needed(day, later) }],
    };
  }
  const { row, version, meter } = toSampleItems(record);
  return {
    row: { what: "sample", item: expiring(row, expiry) },
    needs: [
      { what: "sample's metadata", item: needed(version, later) },
      { what: "sample's meter", item: needed(meter, later) },
    ],
  };
}

/** Seconds since 1970, counted from the record's own time: a late record keeps its age. */
function expiryOf(time: string, retentionDays: number): number {
  return Math.floor(Date.parse(time) / 1_000 + retentionDays * DAY_SECONDS);
}

/** A whole day, one to two after the sample's expiry: never before it, and new to a writer once per day at most. */
function outliving(expiry: number): number {
  return (Math.floor(expiry / DAY_SECONDS) + 2) * DAY_SECONDS;
}

function expiring(item: Item, expiry: number | undefined): Item {
  return expiry === undefined ? item : { ...item, [TTL_ATTRIBUTE]: { N: String(expiry) } };
}

/** Prerequisites with their expiry, by what they are without it: many samples of a day have the very same. */
const madeNeeds = new WeakMap<Item, { readonly expiry: number; readonly item: Item }>();

function needed(item: Item, expiry: number | undefined): Item {
  if (expiry === undefined) return item;
  const made = madeNeeds.get(item);
  if (made?.expiry === expiry) return made.item;
  const anew = { expiry, item: expiring(item, expiry) };
  madeNeeds.set(item, anew);
  return anew.item;
}
