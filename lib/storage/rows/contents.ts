import { contentDigest } from "../../sample/content.ts";
import { identity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import { compare, newestFirst } from "./order.ts";

/** All rows of one identity that were found, at least one. */
export type Copies<Kind extends MeteringRecord> = readonly [Kind, ...Kind[]];

interface Row<Kind extends MeteringRecord> {
  readonly record: Kind;
  readonly written: number;
}

/** Rows told apart by identity and, only where one has several, by content: most have one, and are not digested. */
export class RowsByIdentity<Kind extends MeteringRecord> {
  #rows = new Map<string, Row<Kind> | Map<string, Row<Kind>>>();

  /**
   * Adds a row. Of rows with one content the last one written stays: they differ only in how they came.
   *
   * @param written greater is later; of equal ones, what is added later is
   */
  add(record: Kind, written = 0): void {
    const id = identity(record);
    const row = { record, written };
    const others = this.#rows.get(id);
    if (others === undefined) this.#rows.set(id, row);
    else if (others instanceof Map) put(others, row);
    else this.#rows.set(id, put(new Map([[contentDigest(others.record), others]]), row));
  }

  get size(): number {
    return this.#rows.size;
  }

  newestFirst(): readonly Copies<Kind>[] {
    return Array.from(this.#rows.values(), copiesIn).sort(([a], [b]) => newestFirst(a, b));
  }

  /** Leaves the newest identities, so many. @returns the last one of them; undefined if there is none */
  cut(most: number): Kind | undefined {
    const kept = Array.from(this.#rows)
      .sort(([, a], [, b]) => newestFirst(oneIn(a).record, oneIn(b).record))
      .slice(0, most);
    this.#rows = new Map(kept);
    const [, last] = kept.at(-1) ?? [];
    return last && oneIn(last).record;
  }

  /** Takes out those that are newer than a time, newest first. @param time absent: all */
  takeNewer(time?: string): readonly Copies<Kind>[] {
    const taken = new RowsByIdentity<Kind>();
    for (const [id, rows] of this.#rows) {
      if (time !== undefined && oneIn(rows).record.time <= time) continue;
      taken.#rows.set(id, rows);
      this.#rows.delete(id);
    }
    return taken.newestFirst();
  }
}

function put<Kind extends MeteringRecord>(rows: Map<string, Row<Kind>>, row: Row<Kind>): Map<string, Row<Kind>> {
  const digest = contentDigest(row.record);
  const other = rows.get(digest);
  return other !== undefined && other.written > row.written ? rows : rows.set(digest, row);
}

/** Any of the rows of one identity. */
function oneIn<Kind extends MeteringRecord>(rows: Row<Kind> | Map<string, Row<Kind>>): Row<Kind> {
  if (!(rows instanceof Map)) return rows;
  for (const row of rows.values()) return row;
  throw new TypeError("an identity has at least one row");
}

function copiesIn<Kind extends MeteringRecord>(rows: Row<Kind> | Map<string, Row<Kind>>): Copies<Kind> {
  if (!(rows instanceof Map)) return [rows.record];
  // By digest, not by arrival.
  const [first, ...others] = Array.from(rows)
    .sort(([a], [b]) => compare(a, b))
    .map(([, { record }]) => record);
  if (first === undefined) throw new TypeError("an identity has at least one row");
  return [first, ...others];
}
