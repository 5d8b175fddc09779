/** The fingerprints of what was recorded last: whoever sends a captured message again and again buys no writes with it. */
export interface RecentlyRecorded {
  has(fingerprint: string): boolean;
  add(fingerprint: string): void;
}

/** A few minutes of a busy collector; about 15 MB of fingerprints. */
const CAPACITY = 50_000;

/** Forgets the oldest first. What is forgotten is written once more, which changes nothing. */
export function createRecentlyRecorded(capacity = CAPACITY): RecentlyRecorded {
  // Two generations cost less than an order of use, and forget nothing younger than half the capacity.
  const generation = Math.floor(capacity / 2);
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    has: (fingerprint) => young.has(fingerprint) || old.has(fingerprint),
    add(fingerprint) {
      if (young.size >= generation) {
        old = young;
        young = new Set();
      }
      young.add(fingerprint);
    },
  };
}
