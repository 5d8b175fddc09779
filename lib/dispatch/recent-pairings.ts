import { hash, randomBytes } from "node:crypto";

/**
 * The values that each key was met with lately, where a key should have one: an identity one content, say. Bounded: a key
 * that is met with another value only after it was forgotten goes unnoticed here, and is found at rest.
 */
export interface RecentPairings {
  /**
   * Notes a key with its value.
   *
   * @param by for a person: who said so
   * @returns the first value of the key, where it was met with another value now, each further one once; undefined for a
   *   value that is known or a key that is not
   */
  meet(key: string, value: string, by: string): FirstValue | undefined;
}

export interface FirstValue {
  /** Its beginning, where it is long. */
  readonly value: string;
  readonly by: string;
}

/** The values that one key was met with. */
interface Met {
  /** The first of them, ever. */
  readonly first: FirstValue;
  /** The first of this generation, whole or by its fingerprint. */
  readonly own: string;
  others: Set<string> | undefined;
}

/** By the fingerprint of a key. */
interface Generation {
  readonly keys: Map<string, Met>;
  pairs: number;
}

/** The most characters of a value that are held as they are; of a longer one its fingerprint is. */
const LONGEST_VALUE = 160;

/** The most that is shown of such a one. */
const LONGEST_SHOWN = 80;

/** Forgets the oldest first. @param capacity pairs held; 50,000 take 24 MB at most, whatever they are made of */
export function createRecentPairings(capacity: number): RecentPairings {
  // Two generations, as of recorded contents. A key lives as long as the youngest of its pairs, never longer: else a value
  // that was forgotten would look like another one.
  const most = Math.floor(capacity / 2);
  const secret = randomBytes(16).toString("base64");
  const fingerprint = (text: string) => hash("sha256", secret + text, "base64");
  let young = generation();
  let old = generation();

  return {
    meet(key, value, by) {
      const id = fingerprint(key);
      // No fingerprint begins with an equals sign.
      const own = value.length > LONGEST_VALUE ? fingerprint(value) : `=${value}`;
      const before = old.keys.get(id);
      let met = young.keys.get(id);
      if (met !== undefined && has(met, own)) return undefined;
      const earlier = met?.first ?? before?.first;
      if (young.pairs >= most) {
        [young, old] = [generation(), young];
        met = undefined;
      }
      young.pairs++;
      if (met === undefined) {
        young.keys.set(id, { first: earlier ?? { value: shortened(value), by }, own, others: undefined });
      } else {
        met.others ??= new Set();
        met.others.add(own);
      }
      // One that is met again is young again: else it could be forgotten a moment after.
      return before !== undefined && has(before, own) ? undefined : earlier;
    },
  };
}

function generation(): Generation {
  return { keys: new Map(), pairs: 0 };
}

function has({ own, others }: Met, one: string): boolean {
  return own === one || others?.has(one) === true;
}

/** Of what is long a copy, as a part of a string would keep the whole in memory. */
function shortened(value: string): string {
  return value.length > LONGEST_VALUE ? Buffer.from(value.slice(0, LONGEST_SHOWN)).toString() : value;
}
