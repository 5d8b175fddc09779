import { identity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import type { Io } from "../command/io.ts";
import { toCursor } from "./cursor.ts";

/** A screen or two. Whoever asks for a number of his own knows that it cuts. */
export const DEFAULT_LIMIT = 100;

/** The first of a list. */
export interface Page<Kind extends MeteringRecord> {
  readonly records: AsyncIterable<Kind>;
  /** The last record, where there are more behind it; once all are read. */
  cutAfter(): Kind | undefined;
}

/**
 * At most `limit` identities of a list; all of them where nobody asked. One more is read, to see whether there is one: a
 * program's list should not be taken for all either.
 */
export function pageOf<Kind extends MeteringRecord>(
  limit: number | undefined,
  read: (limit: { readonly limit?: number }) => AsyncIterable<Kind>,
): Page<Kind> {
  let last: Kind | undefined;
  let isCut = false;
  async function* records(): AsyncGenerator<Kind> {
    if (limit === undefined) return yield* read({});
    let identities = 0;
    for await (const record of limit === 0 ? [] : read({ limit: limit + 1 })) {
      // Contents of one identity come beside each other, and are never cut apart.
      if (last === undefined || identity(record) !== identity(last)) identities++;
      isCut = identities > limit;
      if (isCut) return;
      last = record;
      yield record;
    }
  }
  return { records: records(), cutAfter: () => (isCut ? last : undefined) };
}

/** Says how to go on where a page was cut: a program reads it in the last line, a person beside the table. */
export function tellMore(
  { cutAfter }: Page<MeteringRecord>,
  io: Io,
  { json = false }: { readonly json?: boolean | undefined },
): void {
  const last = cutAfter();
  if (last === undefined) return;
  const next = toCursor(last);
  if (json) io.out(JSON.stringify({ next }));
  else io.err(`more: --after ${next}`);
}

/** Where nobody asked for a page, it is said that it is one. */
export function tellDefault({ cutAfter }: Page<MeteringRecord>, io: Io, limit: number | undefined): void {
  if (limit !== undefined || cutAfter() === undefined) return;
  io.err(`countersign: there are more than these ${DEFAULT_LIMIT}: give --limit, --after, or --from and --to`);
}
