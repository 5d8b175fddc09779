import { encode } from "@msgpack/msgpack";
import type { Random } from "../support/random.ts";

const NAME_CHARACTERS = 30_000;
const MAPS = 4;
const ENTRIES = 2_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/**
 * Nothing that anybody signed, and as dear as 62 kB can be made: one long name around maps in each other, so that each
 * of their names is to be spelled behind the long one; with nothing in them that would count as text.
 */
export function dearDatagram(random: Random): Uint8Array {
  const beyondLatin = String.fromCodePoint(0x100 + random.integer(0x100));
  const name = beyondLatin + "A".repeat(NAME_CHARACTERS - 1);
  let inner: unknown = {};
  for (let depth = 0; depth < MAPS; depth++) {
    const names = Array.from({ length: ENTRIES }, (_, index) => twoLetters(index));
    const within = random.integer(ENTRIES);
    inner = Object.fromEntries(names.map((one, index) => [one, index === within ? inner : {}]));
  }
  return encode({ [name]: inner, message_signature: "0".repeat(64) });
}

function twoLetters(index: number): string {
  return `${LETTERS[Math.floor(index / LETTERS.length)]}${LETTERS[index % LETTERS.length]}`;
}
