import { compareBilled } from "../sample/billed.ts";
import type { Sample } from "../sample/sample.ts";
import { compareDecimals, type Decimal } from "./decimal.ts";
import type { Instant } from "./instant.ts";

/** One reading of a series: its volume at an instant. */
export interface Level {
  readonly time: Instant;
  readonly volume: Decimal;
  /** Key of the group that the interval from here on belongs to; undefined: a filter leaves it out. */
  readonly group: string | undefined;
  /** Orders levels of one instant. */
  readonly sample: Sample;
}

/** From a level to the next one. */
export interface Interval {
  readonly begin: Level;
  /** undefined: `begin` is the last level of its series. */
  readonly end: Level | undefined;
  /** undefined: `begin` is the first. */
  readonly before: Level | undefined;
}

/**
 * Both ends of a stretch of a series, which is all that its neighbours need of it. The intervals between are settled,
 * each once, as soon as nothing that is put at either end can change them. A further level may have an end's instant
 * and outdo it, and an interval depends on the level before it: so the first two levels and the last three are kept.
 */
export interface Stretch {
  /** In the order of time; at most `FEW` levels, or the first two. */
  readonly head: readonly Level[];
  /** Empty where `head` is all; else the last three levels. */
  readonly tail: readonly Level[];
}

const HEAD = 2;
const TAIL = 3;
const FEW = HEAD + TAIL;

export const EMPTY: Stretch = { head: [], tail: [] };

export function stretchOf(level: Level): Stretch {
  return { head: [level], tail: [] };
}

/**
 * A stretch and one that follows it, as one. Associative, also where both have a level of one instant.
 *
 * @param settle gets each interval that is now sure
 */
export function joined(left: Stretch, right: Stretch, settle: (interval: Interval) => void): Stretch {
  if (left.head.length === 0) return right;
  if (right.head.length === 0) return left;
  const [isLeftLong, isRightLong] = [left.tail.length > 0, right.tail.length > 0];
  const seam = sewn(isLeftLong ? left.tail : left.head, right.head);
  if (!isLeftLong && !isRightLong && seam.length <= FEW) return { head: seam, tail: [] };
  const end = isRightLong ? seam.length - 1 : seam.length - 2;
  settleBetween(seam, 1, end, settle);
  return { head: isLeftLong ? left.head : seam.slice(0, HEAD), tail: isRightLong ? right.tail : seam.slice(-TAIL) };
}

/** Settles what is left when nothing comes before or after a stretch. */
export function settleEnds({ head, tail }: Stretch, settle: (interval: Interval) => void): void {
  if (tail.length === 0) {
    settleBetween([...head, undefined], 0, head.length, settle);
    return;
  }
  settleBetween(head, 0, 1, settle);
  settleBetween([...tail, undefined], 1, TAIL, settle);
}

/** Settles the intervals from the level `first` up to the level `last`. */
function settleBetween(
  levels: readonly (Level | undefined)[],
  first: number,
  last: number,
  settle: (interval: Interval) => void,
): void {
  for (let index = first; index < last; index++) {
    const begin = levels[index];
    if (begin !== undefined) settle({ begin, end: levels[index + 1], before: levels[index - 1] });
  }
}

/** Two levels of one instant are one: that of the greatest volume. */
function sewn(left: readonly Level[], right: readonly Level[]): readonly Level[] {
  const [last, first] = [left.at(-1), right[0]];
  if (last === undefined || first === undefined || last.time !== first.time) return [...left, ...right];
  return [...left.slice(0, -1), greaterOf(last, first), ...right.slice(1)];
}

/** The greater volume; of equal ones the last message id by its bytes, and then the content, whichever came first. */
function greaterOf(a: Level, b: Level): Level {
  const order =
    compareDecimals(a.volume, b.volume) ||
    Buffer.compare(Buffer.from(a.sample.message_id), Buffer.from(b.sample.message_id)) ||
    compareBilled(a.sample, b.sample);
  return order < 0 ? b : a;
}
