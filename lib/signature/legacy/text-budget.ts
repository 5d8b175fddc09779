import { MAX_CANONICAL_TEXT } from "./canonical-text.ts";

/**
 * Characters of text to sign for each byte of a message. A value repeats the names of all outer maps, of which there
 * are 128 at most: the widest map at the deepest place, with names of a few letters, needs as much. Below 1,500
 * bytes no message can need more.
 */
export const MOST_TEXT_PER_BYTE = 128;

/** Of a message in a list, whatever its neighbours need. Real ones have about one; a list of `false` has nine. */
export const OWN_TEXT_PER_BYTE = 16;

/**
 * The text to sign that may be made before anything is proved, of all that arrived in one piece together: what each
 * byte buys, and an advance on that for few messages with long names. Whoever is proved genuine gives it back.
 */
export class TextBudget {
  #advance: number;

  /** @param size bytes of all that arrived */
  constructor(size: number) {
    this.#advance = Math.min(MAX_CANONICAL_TEXT, size * (MOST_TEXT_PER_BYTE - OWN_TEXT_PER_BYTE));
  }

  /** Characters that a message of so many bytes may need, in each dialect. */
  limitOf(size: number): number {
    return Math.min(MAX_CANONICAL_TEXT, Math.ceil(size * OWN_TEXT_PER_BYTE + this.#advance));
  }

  /** Takes what was made of a message that is not genuine, in the dialect that needed most. */
  spend(size: number, characters: number): void {
    this.#advance -= Math.min(this.#advance, Math.max(0, characters - size * OWN_TEXT_PER_BYTE));
  }
}
