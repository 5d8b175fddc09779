import type { Fingerprint } from "./fingerprints.ts";

export interface WrittenKeysOptions {
  /** A power of two; each takes 8 bytes. */
  readonly mostSlots?: number;
  /** From 0 to 1: which key makes room for another. */
  readonly random?: () => number;
}

/** 32 MiB, for two million keys at half of it: a resource has at least two, its metadata and a meter. */
const MOST_SLOTS = 4_194_304;
const FIRST_SLOTS = 16_384;

/** Slots from a key's own on in which it may stand. Half full, a run of so many is out of reach. */
const WINDOW = 128;

/** Days are told apart by these bits: eleven years on. 0 is for ever. */
const DAY_BITS = 12;
const DAYS = 1 << DAY_BITS;

/**
 * The keys that were written, by fingerprint, each with the day until which it stays.
 *
 * Two keys share a fingerprint with a chance of 2^-52: among two million, a new key is taken for a written one in one of two
 * thousand million cases. Beyond the most, newcomers take the places of others chosen at random: so of what is written in
 * turn, a share is known in the next round. An order of use would know nothing of it.
 */
export class WrittenKeys {
  readonly #mostSlots: number;
  readonly #random: () => number;
  /** Of each slot the low 32 bits of a fingerprint, and above its other 20 the day. Empty, both are 0. */
  #slots = new Uint32Array(2 * FIRST_SLOTS);
  #size = 0;

  constructor({ mostSlots = MOST_SLOTS, random = Math.random }: WrittenKeysOptions = {}) {
    this.#mostSlots = mostSlots;
    this.#random = random;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Whether a key stays until a day, or longer. @param day since 1970; undefined: for ever */
  has(fingerprint: Fingerprint, day?: number): boolean {
    const slot = this.#find(fingerprint);
    return slot !== undefined && !isEmpty(this.#slots, slot) && staysUntil(dayIn(this.#slots, slot), codeOf(day));
  }

  /** Notes a key that was written; a day before the one that is noted changes nothing. */
  add(fingerprint: Fingerprint, day?: number): void {
    if (this.#size * 2 >= this.#slots.length / 2 && this.#slots.length / 2 < this.#mostSlots) this.#grow();
    const slot = this.#find(fingerprint) ?? this.#anyBehind(fingerprint);
    const isNew = !matches(this.#slots, slot, fingerprint);
    if (isEmpty(this.#slots, slot)) this.#size++;
    else if (!isNew && staysUntil(dayIn(this.#slots, slot), codeOf(day))) return;
    put(this.#slots, slot, fingerprint, codeOf(day));
  }

  /** The slot of a key, or the empty one that it would have; undefined where its window is full of others. */
  #find(fingerprint: Fingerprint): number | undefined {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    for (let step = 0; step < WINDOW; step++) {
      const slot = (fingerprint.low + step) & mask;
      if (isEmpty(slots, slot) || matches(slots, slot, fingerprint)) return slot;
    }
    return undefined;
  }

  #anyBehind({ low }: Fingerprint): number {
    return (low + Math.floor(this.#random() * WINDOW)) & (this.#slots.length / 2 - 1);
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length / 2; slot++) {
      if (isEmpty(old, slot)) continue;
      const fingerprint = { low: old[2 * slot] ?? 0, high: (old[2 * slot + 1] ?? 0) >>> DAY_BITS };
      const to = this.#find(fingerprint) ?? this.#anyBehind(fingerprint);
      put(this.#slots, to, fingerprint, dayIn(old, slot));
    }
  }
}

function isEmpty(slots: Uint32Array, slot: number): boolean {
  return slots[2 * slot + 1] === 0;
}

function matches(slots: Uint32Array, slot: number, { low, high }: Fingerprint): boolean {
  return slots[2 * slot] === low && (slots[2 * slot + 1] ?? 0) >>> DAY_BITS === taken(high);
}

/** No fingerprint is an empty slot. */
function taken(high: number): number {
  return high || 1;
}

function dayIn(slots: Uint32Array, slot: number): number {
  return (slots[2 * slot + 1] ?? 0) % DAYS;
}

function put(slots: Uint32Array, slot: number, { low, high }: Fingerprint, day: number): void {
  slots[2 * slot] = low;
  slots[2 * slot + 1] = taken(high) * DAYS + day;
}

/** A writer keeps all for ever or none, so that 0 is met among zeros. */
function codeOf(day: number | undefined): number {
  return day === undefined ? 0 : (day % (DAYS - 1)) + 1;
}

function staysUntil(noted: number, wanted: number): boolean {
  if (noted === 0 || wanted === 0) return noted === 0;
  return (noted - wanted + DAYS - 1) % (DAYS - 1) < DAYS / 2;
}
