import { hash, randomBytes } from "node:crypto";

/**
 * The values that each key was met with lately, where a key should have one: an identity one content, say. Bounded: a key
 * that is met with another value only after it was forgotten goes unnoticed here, and is found at rest.
 */
export interface RecentPairings {
  /**
   * Notes a key with its value.
   *
   * @param told for a person, of this value; kept, shortened, for the first value of a key
   * @returns what was told of the key when it was met with another value; undefined for a value that is known or a key
   *   that is not, so that each further value is told of once
   */
  meet(key: string, value: string, told: () => string): string | undefined;
}

interface Generation {
  /** The `told` of each key's first value. */
  readonly keys: Map<string, string>;
  /** Keys and values together. */
  readonly pairs: Set<string>;
}

/** The most characters of `told` that are kept, so that a name of 64 KB is not. */
const LONGEST_TOLD = 160;

/** 96 bits: of so few, none meets another by accident, and none on purpose without the secret. */
const FINGERPRINT_BYTES = 12;

/** Forgets the oldest first. @param capacity pairs held; 50,000 take 24 MB at most, whatever they are made of */
export function createRecentPairings(capacity: number): RecentPairings {
  // Two generations, as of recorded contents. A key lives as long as the youngest of its pairs, never longer: else a value
  // that was forgotten would look like another one.
  const most = Math.floor(capacity / 2);
  const secret = randomBytes(16).toString("base64");
  const fingerprint = (text: string) =>
    hash("sha256", secret + text, "buffer").toString("base64", 0, FINGERPRINT_BYTES);
  let young = generation();
  let old = generation();

  return {
    meet(key, value, told) {
      const pair = fingerprint(`${key.length} ${key}${value}`);
      if (young.pairs.has(pair)) return undefined;
      // One that is met again is young again: else it could be forgotten a moment after.
      const isKnown = old.pairs.has(pair);
      const own = fingerprint(key);
      const earlier = young.keys.get(own) ?? old.keys.get(own);
      if (young.pairs.size >= most) [young, old] = [generation(), young];
      young.pairs.add(pair);
      young.keys.set(own, earlier ?? shortened(told()));
      return isKnown ? undefined : earlier;
    },
  };
}

function generation(): Generation {
  return { keys: new Map(), pairs: new Set() };
}

/** A copy, as a part of a string would keep the whole in memory. */
function shortened(text: string): string {
  return Buffer.from(text.slice(0, LONGEST_TOLD)).toString();
}
