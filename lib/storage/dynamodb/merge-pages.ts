import { mapInParallel } from "../../flow/in-parallel.ts";

const OPENED_AT_A_TIME = 8;

/** The next part of a list, sorted and perhaps empty; undefined at its end. */
export type NextPage<T> = () => Promise<readonly T[] | undefined>;

interface Head<T> {
  readonly item: T;
  readonly page: readonly T[];
  readonly index: number;
  readonly next: NextPage<T>;
}

/** Joins sorted lists into one. Of each list, at most one page is held, and the next is asked for when that is used up. */
export async function* merged<T>(lists: readonly NextPage<T>[], compare: (a: T, b: T) => number): AsyncGenerator<T> {
  const opened = await mapInParallel(lists, OPENED_AT_A_TIME, headOf);
  const heads = opened.filter((head) => head !== undefined);
  // Last comes first, because an array gives up its end for nothing.
  heads.sort((a, b) => compare(b.item, a.item));
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    yield head.item;
    const following = await after(head);
    if (following !== undefined) heads.splice(placeOf(following, heads, compare), 0, following);
  }
}

/** A sorted list that nobody has looked into yet. */
export interface Unopened<T> {
  /** Nothing in it comes before an item of this place. */
  readonly place: string;
  readonly next: NextPage<T>;
}

/**
 * The same for lists of which the places of their first items are known: each is opened when what comes from the others
 * has reached its place, or is at it.
 *
 * @param placeOfItem as text, of which the greatest comes first
 * @param atATime how many are opened together
 */
export async function* mergedFromPlaces<T>(
  lists: readonly Unopened<T>[],
  compare: (a: T, b: T) => number,
  placeOfItem: (item: T) => string,
  atATime: number,
): AsyncGenerator<T> {
  const unopened = lists.toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const heads: Head<T>[] = [];
  for (;;) {
    const first = heads.at(-1);
    const waiting = unopened.at(-1);
    if (waiting !== undefined && (first === undefined || waiting.place >= placeOfItem(first.item))) {
      const opened = await mapInParallel(unopened.splice(-atATime), OPENED_AT_A_TIME, ({ next }) => headOf(next));
      for (const head of opened) if (head !== undefined) heads.splice(placeOf(head, heads, compare), 0, head);
      continue;
    }
    const head = heads.pop();
    if (head === undefined) return;
    yield head.item;
    const following = await after(head);
    if (following !== undefined) heads.splice(placeOf(following, heads, compare), 0, following);
  }
}

async function headOf<T>(next: NextPage<T>): Promise<Head<T> | undefined> {
  for (let page = await next(); page !== undefined; page = await next()) {
    const [item] = page;
    if (item !== undefined) return { item, page, index: 0, next };
  }
  return undefined;
}

async function after<T>({ page, index, next }: Head<T>): Promise<Head<T> | undefined> {
  const item = page[index + 1];
  return item === undefined ? headOf(next) : { item, page, index: index + 1, next };
}

function placeOf<T>(head: Head<T>, heads: readonly Head<T>[], compare: (a: T, b: T) => number): number {
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = heads[middle];
    if (other !== undefined && compare(other.item, head.item) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
