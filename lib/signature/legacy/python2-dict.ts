/**
 * In which order CPython 2.7 (64 bits, the default unrandomised hash) iterates over a dictionary.
 *
 * Signatures of that era contain `str(dict)`, so the order of an open-addressing hash table is part of the
 * protocol. The table has 8 slots, grows to four times its entries when two thirds full, and probes as
 * Objects/dictobject.c of CPython 2.7 does.
 */
export function python2DictOrder(hashes: readonly Hash[]): readonly number[] {
  if (hashes.length < 2) return hashes.map((_, index) => index);
  let slots = emptyTable(8);
  let used = 0;
  for (let index = 0; index < hashes.length; index++) {
    insert(slots, hashes, index);
    used++;
    if (used * 3 >= slots.length * 2) slots = grown(slots, hashes, used);
  }
  return slots.filter((index) => index !== EMPTY);
}

/** A 64-bit hash as two unsigned halves: BigInt would be some twenty times slower here. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

/** CPython 2.7's hash of a `str` (units are bytes) or a `unicode` (units are code points). */
export function python2Hash(units: ArrayLike<number>): Hash {
  const { length } = units;
  let { high, low } = shiftLeft7(units[0] ?? 0);
  for (let at = 0; at < length; at++) {
    // (1000003 * hash) ^ unit, modulo 2^64: the partial product stays below 2^53.
    const product = low * 1_000_003;
    high = (Math.imul(high, 1_000_003) + Math.floor(product / 2 ** 32)) >>> 0;
    low = (product ^ (units[at] as number)) >>> 0;
  }
  low = (low ^ length) >>> 0;
  // -1 means an error inside CPython, so no hash is ever -1.
  return high === 0xffff_ffff && low === 0xffff_ffff ? { high, low: 0xffff_fffe } : { high, low };
}

/** The units of a `unicode`. */
export function codePoints(text: string): readonly number[] {
  const units: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    units.push(code);
  }
  return units;
}

const EMPTY = -1;

/** No typed array, which takes a microsecond to make: most tables have eight slots. */
function emptyTable(size: number): number[] {
  return new Array<number>(size).fill(EMPTY);
}

function grown(slots: readonly number[], hashes: readonly Hash[], used: number): number[] {
  const wanted = used * (used > 50_000 ? 2 : 4);
  let size = 8;
  while (size <= wanted) size *= 2;
  const table = emptyTable(size);
  for (const index of slots) if (index !== EMPTY) insert(table, hashes, index);
  return table;
}

function insert(slots: number[], hashes: readonly Hash[], index: number): void {
  const mask = slots.length - 1;
  let { high, low } = hashes[index] as Hash;
  // Only the low bits of the running position ever reach the table, so 32 of them are enough.
  let position = low | 0;
  while (slots[position & mask] !== EMPTY) {
    position = (Math.imul(position, 5) + low + 1) | 0;
    low = ((low >>> 5) | (high << 27)) >>> 0;
    high >>>= 5;
  }
  slots[position & mask] = index;
}

function shiftLeft7(unit: number): Hash {
  return { high: Math.floor(unit / 2 ** 25), low: (unit << 7) >>> 0 };
}
