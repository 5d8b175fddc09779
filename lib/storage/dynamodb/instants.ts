import type { EventIdentity, SampleIdentity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import type { Copies } from "../rows/contents.ts";
import { byIdentity } from "../rows/newest-first.ts";
import { isBehind, newestFirst } from "../rows/order.ts";
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
      return byIdentity(held);
    }
    const last = page.at(-1)?.time;
    if (last === undefined || last === held[0]?.time) {
      held.push(...page);
      return [];
    }
    const begun = page.findIndex((record) => record.time === last);
    const whole = byIdentity([...held, ...page.slice(0, begun)]);
    held = page.slice(begun);
    return whole;
  };
}

/** Identities in the order in which they are read. */
export function byFirst([a]: Copies<MeteringRecord>, [b]: Copies<MeteringRecord>): number {
  return newestFirst(a, b);
}

/** Without those of the place's own instant that come before it, and itself. */
export function behind<Kind extends MeteringRecord>(
  next: NextPage<Copies<Kind>>,
  place: SampleIdentity | EventIdentity | undefined,
): NextPage<Copies<Kind>> {
  return async () => (await next())?.filter(([first]) => isBehind(first, place));
}
