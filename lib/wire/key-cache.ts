/** The longest name that fits behind a one-byte head; longer names are rare, and are read like any other text. */
export const MAX_CACHED_KEY = 31;

/** Slots, a power of two. Real publishers use about a hundred names, of which hardly two share one. */
const SLOTS = 4_096;

/** Bytes of one slot: the length of its name, then the name. */
const SLOT_BYTES = 1 + MAX_CACHED_KEY;

/**
 * Remembers the text of names that were read before, because every message repeats the same few dozen.
 *
 * Direct-mapped cache: each name has one slot, and the newest owns it. A name is compared byte by byte, so a hit is as good
 * as reading it. A sender who floods us with new names, or with names for one slot, makes us read names as if there were no
 * cache, and takes no memory beyond the slots.
 */
export class KeyCache {
  readonly #bytes = new Uint8Array(SLOTS * SLOT_BYTES);
  readonly #texts: string[] = new Array<string>(SLOTS).fill("");

  /** The text of `length` bytes from `start`, at most `MAX_CACHED_KEY` and all inside `bytes`. */
  find(bytes: Uint8Array, start: number, length: number): string | undefined {
    const slot = slotOf(bytes, start, length);
    const known = this.#bytes;
    let at = slot * SLOT_BYTES;
    if (known[at++] !== length) return undefined;
    for (let from = start; from < start + length; from++, at++) {
      if (known[at] !== bytes[from]) return undefined;
    }
    return this.#texts[slot];
  }

  /** Keeps the text of those bytes in place of what the slot held. */
  keep(bytes: Uint8Array, start: number, length: number, text: string): void {
    const slot = slotOf(bytes, start, length);
    this.#bytes[slot * SLOT_BYTES] = length;
    for (let at = 0; at < length; at++) this.#bytes[slot * SLOT_BYTES + 1 + at] = bytes[start + at] as number;
    this.#texts[slot] = text;
  }
}

/**
 * Of the length, the first byte, the middle one and the last four: hashing all would take as long as comparing them does.
 * Publishers' names differ in these, or share a slot, which costs one of the two.
 */
function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let hash = mixed(mixed(length, bytes[start]), bytes[start + (length >> 1)]);
  for (let at = Math.max(start, end - 4); at < end; at++) hash = mixed(hash, bytes[at]);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function mixed(hash: number, byte = 0): number {
  return Math.imul(hash ^ byte, 0x0100_0193);
}
