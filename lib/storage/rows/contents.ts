import { contentDigest } from "../../sample/content.ts";
import { identity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import { compare, newestFirst } from "./order.ts";

/** All rows of one identity that were found, at least one. */
export type Copies<Kind extends MeteringRecord> = readonly [Kind, ...Kind[]];

/** Rows told apart by identity and, only where one has several, by content: most have one, and are not digested. */
export class RowsByIdentity<Kind extends MeteringRecord> {
  readonly #rows = new Map<string, Kind | Map<string, Kind>>();

  /** Adds a row. Of rows with one content the last one stays: they differ only in how they came. */
  add(record: Kind): void {
    const id = identity(record);
    const others = this.#rows.get(id);
    if (others === undefined) this.#rows.set(id, record);
    else if (others instanceof Map) others.set(contentDigest(record), record);
    else this.#rows.set(id, new Map([others, record].map((one) => [contentDigest(one), one])));
  }

  get size(): number {
    return this.#rows.size;
  }

  newestFirst(): readonly Copies<Kind>[] {
    return Array.from(this.#rows.values(), copiesIn).sort(([a], [b]) => newestFirst(a, b));
  }
}

function copiesIn<Kind extends MeteringRecord>(rows: Kind | Map<string, Kind>): Copies<Kind> {
  if (!(rows instanceof Map)) return [rows];
  // By digest, not by arrival.
  const [first, ...others] = Array.from(rows)
    .sort(([a], [b]) => compare(a, b))
    .map(([, row]) => row);
  if (first === undefined) throw new TypeError("an identity has at least one row");
  return [first, ...others];
}
