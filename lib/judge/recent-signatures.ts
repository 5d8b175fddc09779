import { randomBytes } from "node:crypto";
import type { MeteringRecord } from "../sample/sample.ts";

/** The signatures that were met last, with the identity that each was met with: the net below the rules against re-cuts. */
export interface RecentSignatures {
  /** @returns whether the same signature was met with another identity. That one is remembered, not this. */
  differs(signature: string, record: MeteringRecord): boolean;
  /** What all of it takes, whatever is met. */
  readonly bytes: number;
}

/** Some minutes of a busy collector; 1.25 MiB. A power of two. */
const PLACES = 65_536;
/** Of a place: three words of the signature beside the number of its place, and two for the identity. */
const WORDS = 5;

/**
 * A table of one place for each possible beginning of a signature: what falls on a place that is taken drives out what
 * was there. Nothing grows, and nothing of a message is kept alive.
 *
 * Of a signature's 32 bytes 14 are compared; another one with the same can't be found without the secret. Identities are hashed with
 * numbers of this process's own, or a tenant could choose two with the same hash.
 */
export function createRecentSignatures(places = PLACES): RecentSignatures {
  const table = new Uint32Array(places * WORDS);
  const [seedA, seedB] = new Uint32Array(randomBytes(8).buffer.slice(0, 8));
  const hash = createIdentityHash((seedA ?? 0) | 1, (seedB ?? 0) | 1);

  return {
    bytes: table.byteLength,
    differs(signature, record) {
      const at = (word(signature, 0, 8) & (places - 1)) * WORDS;
      const [one, two, three] = [word(signature, 8, 16), word(signature, 16, 24), word(signature, 24, 32)];
      const { a, b } = hash(record);
      if (table[at] === one && table[at + 1] === two && table[at + 2] === three) {
        return table[at + 3] !== a || table[at + 4] !== b;
      }
      table[at] = one;
      table[at + 1] = two;
      table[at + 2] = three;
      table[at + 3] = a;
      table[at + 4] = b;
      return false;
    },
  };
}

/** Hexadecimal digits, eight at most. */
function word(digits: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const unit = digits.charCodeAt(at);
    value = (value << 4) | (unit < 0x40 ? unit - 0x30 : unit - 0x57);
  }
  return value >>> 0;
}

type IdentityHash = (record: MeteringRecord) => { readonly a: number; readonly b: number };

function createIdentityHash(seedA: number, seedB: number): IdentityHash {
  let [a, b] = [0, 0];
  const add = (text: string): void => {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at) + 1;
      a = Math.imul(a ^ unit, seedA);
      a ^= a >>> 15;
      b = Math.imul(b ^ unit, seedB);
      b ^= b >>> 13;
    }
    // What no unit is, so that nothing can be moved from one field into the next.
    a = Math.imul(a ^ 0x1_0001, seedA);
    b = Math.imul(b ^ 0x1_0001, seedB);
  };
  return (record) => {
    [a, b] = [seedB, seedA];
    add(record.kind === "sample" ? record.counter_name : record.event_type);
    if (record.kind === "sample") add(record.resource_id);
    add(record.time);
    add(record.message_id);
    return { a: a >>> 0, b: b >>> 0 };
  };
}
