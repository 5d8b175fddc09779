import { MAX_CANONICAL_TEXT } from "./canonical-text.ts";

/**
 * Characters of text to sign for each byte of a message that came alone. A value repeats the names of all outer maps: at
 * worst half of the bytes are such a name and the other half entries of three bytes, so that n bytes stand for n² / 12
 * characters. That reaches `MAX_CANONICAL_TEXT` at 5,017 bytes with 418 for each, and its values have a few more.
 */
export const MOST_TEXT_PER_BYTE = 448;

/** The same for a message in a list, whatever its neighbours need. Real ones have about one; a list of `false` has nine. */
export const OWN_TEXT_PER_BYTE = 16;

/**
 * The text to sign that may be made before anything is proved, of all that arrived in one piece together: a share per
 * byte, and an advance for few messages with long names. A message that is proved genuine costs nothing of the advance.
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

  /** Takes the text made of a message that is not genuine, in the dialect that needed most, off the advance. */
  spend(size: number, characters: number): void {
    this.#advance -= Math.min(this.#advance, Math.max(0, characters - size * OWN_TEXT_PER_BYTE));
  }
}
