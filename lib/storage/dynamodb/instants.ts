import { identity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import { type Copies, compare } from "../rows/contents.ts";
import { byIdentity } from "../rows/newest-first.ts";
import type { NextPage } from "./merge-pages.ts";

/**
 * The identities of one partition, of rows that come by time. Rows of one identity have one time, but others may lie
 * between them (a message id that another one begins with, a row of format 1), and a page may end there: so rows are
 * held until their instant is over.
 */
export function wholeInstants<Kind extends MeteringRecord>(next: NextPage<Kind>): NextPage<Copies<Kind>> {
  let held: Kind[] = [];
  let ended = false;
  return async () => {
    if (ended) return undefined;
    const page = await next();
    if (page === undefined) {
      ended = true;
      return inOrder(held);
    }
    const last = page.at(-1)?.time;
    if (last === undefined || last === held[0]?.time) {
      held.push(...page);
      return [];
    }
    const begun = page.findIndex((record) => record.time === last);
    const whole = inOrder([...held, ...page.slice(0, begun)]);
    held = page.slice(begun);
    return whole;
  };
}

function inOrder<Kind extends MeteringRecord>(records: readonly Kind[]): readonly Copies<Kind>[] {
  return byIdentity(records).toSorted(newestFirst);
}

/** By time, then by the bytes of the message id, as the sort keys are. */
export function newestFirst([a]: Copies<MeteringRecord>, [b]: Copies<MeteringRecord>): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1;
  const byMessage = Buffer.compare(Buffer.from(b.message_id, "utf8"), Buffer.from(a.message_id, "utf8"));
  return byMessage || compare(identity(a), identity(b));
}
