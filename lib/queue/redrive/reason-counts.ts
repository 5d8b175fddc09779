/** How often each of a few sentences is true. */
export interface ReasonCounts {
  add(sentence: string): void;
  readonly counts: ReadonlyMap<string, number>;
}

/** Outsiders decide on some of the words, so there may be any number of sentences: these are counted apart. */
const MOST_SENTENCES = 20;
const OTHERS = "others";

export function createReasonCounts(): ReasonCounts {
  const counts = new Map<string, number>();
  return {
    counts,
    add(sentence) {
      const name = counts.has(sentence) || counts.size < MOST_SENTENCES ? sentence : OTHERS;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
  };
}
