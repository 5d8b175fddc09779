import { bytesOfKey, isValueList, isValueMap, Timestamp, type Value } from "../../lib/sample/value.ts";
import type { Random } from "../support/random.ts";

/** What stands in for a value under a name that comes again: of equal names the last counts. */
export type Decoys = ReadonlyMap<string, Value>;

/**
 * A value in any of the many spellings that msgpack has for it: lengths and integers wider than they need to be,
 * floats of 32 bits where that loses nothing, names that come twice. No publisher writes these, but anybody may.
 *
 * @throws RangeError for an integer beyond 64 bits
 */
export function looseMsgpack(value: Value, random: Random, decoys: Decoys = new Map()): Buffer {
  const writer = new LooseWriter(random);
  if (isValueMap(value)) writer.map(value, decoys);
  else writer.value(value);
  return writer.written();
}

/** How often something is written wider than it needs to be. */
const WIDER = 0.03;

/** The first byte for lengths up to `limit`, then those for lengths written in 1, 2 and 4 bytes. */
interface Head {
  readonly short: number;
  readonly limit: number;
  readonly long: readonly (readonly [size: number, first: number])[];
}

// biome-ignore format: a table
const TEXT: Head = { short: 0xa0, limit: 31, long: [[1, 0xd9], [2, 0xda], [4, 0xdb]] };
// biome-ignore format: a table
const BYTES: Head = { short: 0, limit: -1, long: [[1, 0xc4], [2, 0xc5], [4, 0xc6]] };
// biome-ignore format: a table
const LIST: Head = { short: 0x90, limit: 15, long: [[2, 0xdc], [4, 0xdd]] };
// biome-ignore format: a table
const MAP: Head = { short: 0x80, limit: 15, long: [[2, 0xde], [4, 0xdf]] };

/** One buffer for all that is written, since there is never more than one writer at work. */
let buffer = Buffer.alloc(65_536);

class LooseWriter {
  #length = 0;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  written(): Buffer {
    return Buffer.from(buffer.subarray(0, this.#length));
  }

  /** The decoys come first, so that the last of each name is the real one. */
  map(map: ReadonlyMap<string, Value>, decoys: Decoys): void {
    this.#head(MAP, map.size + decoys.size);
    for (const entries of [decoys, map]) {
      for (const [name, item] of entries) {
        this.value(bytesOfKey(name) ?? name);
        this.value(item);
      }
    }
  }

  value(value: Value): void {
    if (typeof value === "string") this.#text(value);
    else if (typeof value === "number") this.#float(value);
    else if (typeof value === "bigint") this.#integer(value);
    else if (value === null) this.#byte(0xc0);
    else if (typeof value === "boolean") this.#byte(value ? 0xc3 : 0xc2);
    else if (value instanceof Uint8Array) {
      this.#head(BYTES, value.length);
      buffer.set(value, this.#room(value.length));
    } else if (value instanceof Timestamp) this.#timestamp(value);
    else if (isValueList(value)) {
      this.#head(LIST, value.length);
      for (const item of value) this.value(item);
    } else this.map(value, NO_DECOYS);
  }

  #text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#head(TEXT, length);
    const at = this.#room(length);
    buffer.write(text, at);
  }

  #head({ short, limit, long }: Head, length: number): void {
    if (length <= limit && !this.#random.chance(WIDER)) {
      this.#byte(short + length);
      return;
    }
    for (const [size, first] of long) {
      const fits = length < 2 ** (8 * size);
      if (size < 4 && (!fits || this.#random.chance(WIDER))) continue;
      this.#byte(first);
      buffer.writeUIntBE(length, this.#room(size), size);
      return;
    }
  }

  #float(value: number): void {
    if (Object.is(Math.fround(value), value) && this.#random.chance(0.5)) {
      this.#byte(0xca);
      buffer.writeFloatBE(value, this.#room(4));
      return;
    }
    this.#byte(0xcb);
    buffer.writeDoubleBE(value, this.#room(8));
  }

  #integer(value: bigint): void {
    if (value >= -32n && value < 128n && !this.#random.chance(WIDER)) {
      this.#byte(Number(value) & 0xff);
    } else if (value >= 0n && value < 2n ** 32n && !this.#random.chance(WIDER)) {
      this.#byte(0xce);
      buffer.writeUInt32BE(Number(value), this.#room(4));
    } else {
      this.#byte(value < 0n ? 0xd3 : 0xcf);
      const at = this.#room(8);
      if (value < 0n) buffer.writeBigInt64BE(value, at);
      else buffer.writeBigUInt64BE(value, at);
    }
  }

  /** The widest of its three layouts, which holds all. */
  #timestamp({ seconds, nanoseconds }: Timestamp): void {
    for (const byte of [0xc7, 12, 0xff]) this.#byte(byte);
    buffer.writeUInt32BE(nanoseconds, this.#room(4));
    buffer.writeBigInt64BE(seconds, this.#room(8));
  }

  #byte(byte: number): void {
    buffer[this.#room(1)] = byte;
  }

  /** Where the next `length` bytes go. */
  #room(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(this.#length)]);
    return at;
  }
}

const NO_DECOYS: Decoys = new Map();
