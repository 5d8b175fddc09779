import { isUtf8 } from "node:buffer";
import { accept, type Result, reject } from "../outcome.ts";
import { bytesKey, Timestamp, type Value } from "../value.ts";
import { type DecodeLimits, datagramLimits } from "./limits.ts";

/**
 * Reads exactly one msgpack value.
 *
 * Our own reader, because `@msgpack/msgpack` forgets whether `1.0` was a float, accepts invalid UTF-8 and
 * drops a byte-order mark (docs/decisions/0002-own-msgpack-reader.md). It agrees with that library on
 * structure, and with Python's msgpack 1.x on what a key may be: text or bytes.
 *
 * @returns the value, or `too-large` / `undecodable` with the place in the bytes.
 */
export function decodeMsgpack(bytes: Uint8Array, limits: DecodeLimits = datagramLimits): Result<Value> {
  if (bytes.length > limits.maxBytes) {
    return reject("too-large", `${bytes.length} bytes; the limit is ${limits.maxBytes}`);
  }
  const reader = new MsgpackReader(bytes, limits);
  const value = reader.read(0);
  if (value === undefined) return reject("undecodable", `msgpack: ${reader.problem} at byte ${reader.position}`);
  if (reader.position !== bytes.length) {
    return reject("undecodable", `msgpack: ${bytes.length - reader.position} bytes after the value`);
  }
  return accept(value);
}

/** Answers `undefined` once something is wrong, with `problem` saying what. */
class MsgpackReader {
  position = 0;
  problem = "";
  readonly #bytes: Buffer;
  readonly #limits: DecodeLimits;

  constructor(bytes: Uint8Array, limits: DecodeLimits) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limits = limits;
  }

  read(depth: number): Value | undefined {
    if (this.position >= this.#bytes.length) return this.#fail("ends too early");
    const head = this.#bytes[this.position++] as number;
    if (head < 0x80) return BigInt(head);
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#list(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    if (head >= 0xe0) return BigInt(head - 0x100);
    return this.#tagged(head, depth);
  }

  #tagged(head: number, depth: number): Value | undefined {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#sized(head - 0xc4, (length) => this.#binary(length));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#sized(head - 0xc7, (length) => this.#extension(length));
      case 0xca:
        return this.#has(4) ? this.#bytes.readFloatBE(this.#skip(4)) : undefined;
      case 0xcb:
        return this.#has(8) ? this.#bytes.readDoubleBE(this.#skip(8)) : undefined;
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#sized(head - 0xcc, BigInt);
      case 0xcf:
        return this.#has(8) ? this.#bytes.readBigUInt64BE(this.#skip(8)) : undefined;
      case 0xd0:
        return this.#has(1) ? BigInt(this.#bytes.readInt8(this.#skip(1))) : undefined;
      case 0xd1:
        return this.#has(2) ? BigInt(this.#bytes.readInt16BE(this.#skip(2))) : undefined;
      case 0xd2:
        return this.#has(4) ? BigInt(this.#bytes.readInt32BE(this.#skip(4))) : undefined;
      case 0xd3:
        return this.#has(8) ? this.#bytes.readBigInt64BE(this.#skip(8)) : undefined;
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (head - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#sized(head - 0xd9, (length) => this.#text(length));
      case 0xdc:
      case 0xdd:
        return this.#sized(head - 0xdc + 1, (length) => this.#list(length, depth));
      case 0xde:
      case 0xdf:
        return this.#sized(head - 0xde + 1, (length) => this.#map(length, depth));
      default:
        return this.#fail(`reserved byte 0x${head.toString(16)}`);
    }
  }

  /** Reads a big-endian length of 1, 2 or 4 bytes (`width` 0, 1, 2), then what it measures. */
  #sized(width: number, read: (length: number) => Value | undefined): Value | undefined {
    const size = 1 << width;
    return this.#has(size) ? read(this.#bytes.readUIntBE(this.#skip(size), size)) : undefined;
  }

  #map(length: number, depth: number): Value | undefined {
    if (depth >= this.#limits.maxDepth) return this.#fail(`nests deeper than ${this.#limits.maxDepth}`);
    if (length > this.#limits.maxMapLength) {
      return this.#fail(`a map of ${length} entries; the limit is ${this.#limits.maxMapLength}`);
    }
    const map = new Map<string, Value>();
    for (let entry = 0; entry < length; entry++) {
      const key = this.#key();
      if (key === undefined) return undefined;
      const value = this.read(depth + 1);
      if (value === undefined) return undefined;
      map.set(key, value);
    }
    return map;
  }

  #key(): string | undefined {
    // A key of any other type is refused by the library that publishers use, and no publisher sends one.
    const head = this.#bytes[this.position];
    if (head === undefined) return this.#fail("ends too early");
    const textOrBytes =
      (head >= 0xa0 && head < 0xc0) || (head >= 0xc4 && head <= 0xc6) || (head >= 0xd9 && head <= 0xdb);
    if (!textOrBytes) return this.#fail("a map key is neither text nor bytes");
    const key = this.read(0);
    if (key instanceof Uint8Array) return bytesKey(key);
    return typeof key === "string" ? key : undefined;
  }

  #list(length: number, depth: number): Value | undefined {
    if (depth >= this.#limits.maxDepth) return this.#fail(`nests deeper than ${this.#limits.maxDepth}`);
    if (length > this.#limits.maxArrayLength) {
      return this.#fail(`a list of ${length} items; the limit is ${this.#limits.maxArrayLength}`);
    }
    const list: Value[] = [];
    for (let index = 0; index < length; index++) {
      const item = this.read(depth + 1);
      if (item === undefined) return undefined;
      list.push(item);
    }
    return list;
  }

  #text(length: number): string | undefined {
    if (!this.#holds(length)) return undefined;
    const start = this.position;
    const end = start + length;
    this.position = end;
    for (let at = start; at < end; at++) {
      if ((this.#bytes[at] as number) >= 0x80) return this.#unicode(start, end);
    }
    return this.#bytes.toString("latin1", start, end);
  }

  #unicode(start: number, end: number): string | undefined {
    if (isUtf8(this.#bytes.subarray(start, end))) return this.#bytes.toString("utf8", start, end);
    this.position = start;
    return this.#fail("text that is not UTF-8");
  }

  #binary(length: number): Uint8Array | undefined {
    if (!this.#holds(length)) return undefined;
    const start = this.#skip(length);
    // A copy: the caller's buffer may be a slice of something that lives on.
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  #extension(length: number): Timestamp | undefined {
    if (!this.#has(1)) return undefined;
    const type = this.#bytes.readInt8(this.#skip(1));
    if (type !== -1) return this.#fail(`extension type ${type}`);
    if (!this.#has(length)) return undefined;
    const start = this.#skip(length);
    const stamp = readTimestamp(this.#bytes.subarray(start, start + length));
    return stamp.nanoseconds < 1_000_000_000 ? stamp : this.#fail("a time stamp with too many nanoseconds");
  }

  #holds(length: number): boolean {
    if (length > this.#limits.maxStringLength) {
      this.#fail(`a string of ${length} bytes; the limit is ${this.#limits.maxStringLength}`);
      return false;
    }
    return this.#has(length);
  }

  #has(length: number): boolean {
    if (this.#bytes.length - this.position >= length) return true;
    this.#fail("ends too early");
    return false;
  }

  #skip(length: number): number {
    const start = this.position;
    this.position += length;
    return start;
  }

  #fail(problem: string): undefined {
    this.problem = problem;
    return undefined;
  }
}

/** The three layouts of the msgpack specification; any other length has no valid nanoseconds. */
function readTimestamp(bytes: Buffer): Timestamp {
  switch (bytes.length) {
    case 4:
      return new Timestamp(BigInt(bytes.readUInt32BE(0)), 0);
    case 8: {
      const packed = bytes.readBigUInt64BE(0);
      return new Timestamp(packed & 0x3_ffff_ffffn, Number(packed >> 34n));
    }
    case 12:
      return new Timestamp(bytes.readBigInt64BE(4), bytes.readUInt32BE(0));
    default:
      return new Timestamp(0n, Number.POSITIVE_INFINITY);
  }
}
