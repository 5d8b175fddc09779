import { identity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import type { Io } from "../command/io.ts";

/** A screen or two. Whoever asks for a number of his own knows that it cuts. */
export const DEFAULT_LIMIT = 100;

/**
 * The records of as many identities as `asked`; of `DEFAULT_LIMIT` if nobody asked. Then one more is read, to see whether
 * there are more, and that is said, also beside a program's list: nobody should take a hundred for all.
 */
export async function* upToLimit<Kind extends MeteringRecord>(
  asked: number | undefined,
  read: (limit: number) => AsyncIterable<Kind>,
  io: Io,
): AsyncGenerator<Kind> {
  if (asked !== undefined) return yield* read(asked);
  let [identities, last] = [0, ""];
  for await (const record of read(DEFAULT_LIMIT + 1)) {
    const id = identity(record);
    // Contents of one identity come beside each other, and are never cut apart.
    if (id !== last) identities++;
    last = id;
    if (identities > DEFAULT_LIMIT) {
      io.err(`countersign: there are more than these ${DEFAULT_LIMIT}, the newest: give --limit, or --from and --to`);
      return;
    }
    yield record;
  }
}
