import type { Sample } from "../../sample/sample.ts";
import { type Copies, RowsByIdentity } from "./contents.ts";
import { compare, isBehind } from "./order.ts";

/** A part of a log that can be read by itself, as often as one likes. */
export interface LogPart {
  /** Times of the newest and the oldest sample in it. */
  readonly newest: string;
  readonly oldest: string;
  /** Gives its samples, as they were written. */
  readonly read: () => AsyncIterable<Sample>;
}

interface WrittenPart extends LogPart {
  /** Its number in the order of writing. */
  readonly written: number;
}

/**
 * Identities of a log of any length, newest first, each with all of its contents. A part is read when its newest sample
 * may be the next one, and its late ones are held until their time has come. If more would be held than may be, the
 * older half is dropped, and read again when the others are gone: so parts that are all of one time are read again for each
 * half of `most`.
 *
 * @param parts as they were written
 * @param most identities that are held
 */
export async function* newestOfParts(parts: readonly LogPart[], most: number): AsyncGenerator<Copies<Sample>> {
  const byTime = parts
    .map(({ newest, oldest, read }, written): WrittenPart => ({ newest, oldest, read, written }))
    .sort((a, b) => compare(b.newest, a.newest));
  let after: Sample | undefined;
  do {
    const round = new Round(most, after);
    yield* round.identities(byTime);
    after = round.last;
  } while (after !== undefined);
}

/** One way through a log, from a place to where what was held has no room for more. */
class Round {
  readonly #most: number;
  readonly #after: Sample | undefined;
  readonly #held = new RowsByIdentity<Sample>();
  #last: Sample | undefined;

  constructor(most: number, after: Sample | undefined) {
    this.#most = most;
    this.#after = after;
  }

  /** The identity at which it ends; undefined: nothing comes behind it. */
  get last(): Sample | undefined {
    return this.#last;
  }

  async *identities(byTime: readonly WrittenPart[]): AsyncGenerator<Copies<Sample>> {
    const after = this.#after;
    const parts = byTime.filter(({ oldest }) => after === undefined || oldest <= after.time);
    for (const [index, part] of parts.entries()) {
      if (this.#last !== undefined && part.newest < this.#last.time) break;
      for await (const sample of part.read()) this.#hold(sample, part.written);
      const next = parts[index + 1];
      if (next !== undefined) yield* this.#held.takeNewer(next.newest);
    }
    yield* this.#held.takeNewer();
  }

  #hold(sample: Sample, written: number): void {
    if (!isBehind(sample, this.#after)) return;
    if (this.#last !== undefined && isBehind(sample, this.#last)) return;
    this.#held.add(sample, written);
    // Half of them, so that sorting comes seldom.
    if (this.#held.size > this.#most) this.#last = this.#held.cut(Math.ceil(this.#most / 2));
  }
}
