import { isUtf8 } from "node:buffer";
import { accept, type Result, reject } from "../sample/rejection.ts";
import { bytesKey, type Timestamp, type Value, type ValueMap } from "../sample/value.ts";
import { type Document, PartsInHand } from "./document.ts";
import { KeyCache } from "./key-cache.ts";
import type { KnownValues } from "./known-values.ts";
import { type DecodeLimits, datagramLimits } from "./limits.ts";
import { MsgpackCursor } from "./msgpack-cursor.ts";
import { skipMsgpack } from "./msgpack-skip.ts";
import { readTimestamp } from "./msgpack-timestamp.ts";
import { EMPTY_LIST, EMPTY_MAP, integer, SMALL_INTEGERS } from "./shared-values.ts";

/**
 * Reads exactly one msgpack value.
 *
 * Our own reader, because `@msgpack/msgpack` forgets whether `1.0` was a float, accepts invalid UTF-8 and drops a
 * byte-order mark (decision 0002). It agrees with that library on structure, and with Python's msgpack 1.x on keys.
 *
 * @param known what came before under a name
 * @returns the value, or `too-large` / `undecodable` with the place in the bytes.
 */
export function decodeMsgpack(
  bytes: Uint8Array,
  limits: DecodeLimits = datagramLimits,
  known?: KnownValues<Buffer>,
): Result<Value> {
  const read = readWhole(bytes, limits, undefined, known);
  return read.ok ? accept(read.value.value) : read;
}

/**
 * The same for what may be a list of messages: one that exceeds a limit is skipped and noted, and its neighbours
 * are read all the same.
 */
export function readMsgpack(bytes: Uint8Array, limits: DecodeLimits, known?: KnownValues<Buffer>): Result<Document> {
  return readWhole(bytes, limits, new PartsInHand(), known);
}

function readWhole(
  bytes: Uint8Array,
  limits: DecodeLimits,
  parts?: PartsInHand,
  known?: KnownValues<Buffer>,
): Result<Document> {
  if (bytes.length > limits.maxBytes) {
    return reject("too-large", `${bytes.length} bytes; the limit is ${limits.maxBytes}`);
  }
  const reader = new MsgpackReader(bytes, limits, parts, known);
  const value = reader.read(0);
  if (value === undefined) return reject(reader.reason, `msgpack: ${reader.problem} at byte ${reader.position}`);
  if (reader.position !== bytes.length) {
    return reject("undecodable", `not msgpack, or several values: ${bytes.length - reader.position} bytes are left`);
  }
  return accept({ value, parts: parts?.found ?? NO_PARTS });
}

const NO_PARTS: Document["parts"] = new Map();

const keyCache = new KeyCache();

/** Text cut from a string keeps all of that string in memory: no matter for a datagram, too much for a long frame. */
const MAX_WHOLE = 65_536;

/** Answers `undefined` once something is wrong, with `problem` saying what. */
class MsgpackReader extends MsgpackCursor {
  readonly #limits: DecodeLimits;
  readonly #parts: PartsInHand | undefined;
  readonly #known: KnownValues<Buffer> | undefined;
  /** All bytes as one string, from which ASCII text is cut. */
  #latin1: string | undefined;

  constructor(bytes: Uint8Array, limits: DecodeLimits, parts?: PartsInHand, known?: KnownValues<Buffer>) {
    super(bytes, limits.maxStringLength);
    this.#limits = limits;
    this.#parts = parts;
    this.#known = known;
  }

  read(depth: number): Value | undefined {
    if (this.position >= this.bytes.length) return this.fail("ends too early");
    const head = this.bytes[this.position++] as number;
    if (head < 0x80) return SMALL_INTEGERS[head];
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
        return this.#binary(this.length(head - 0xc4));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.length(head - 0xc7));
      case 0xca:
        return this.has(4) ? this.bytes.readFloatBE(this.skip(4)) : undefined;
      case 0xcb:
        return this.has(8) ? this.bytes.readDoubleBE(this.skip(8)) : undefined;
      case 0xcc:
      case 0xcd:
      case 0xce:
        return integer(this.length(head - 0xcc));
      case 0xcf:
        return this.has(8) ? this.bytes.readBigUInt64BE(this.skip(8)) : undefined;
      case 0xd0:
        return this.has(1) ? BigInt(this.bytes.readInt8(this.skip(1))) : undefined;
      case 0xd1:
        return this.has(2) ? BigInt(this.bytes.readInt16BE(this.skip(2))) : undefined;
      case 0xd2:
        return this.has(4) ? BigInt(this.bytes.readInt32BE(this.skip(4))) : undefined;
      case 0xd3:
        return this.has(8) ? this.bytes.readBigInt64BE(this.skip(8)) : undefined;
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (head - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.length(head - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#list(this.length(head - 0xdc + 1), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.length(head - 0xde + 1), depth);
      default:
        return this.fail(`reserved byte 0x${head.toString(16)}`);
    }
  }

  #map(length: number | undefined, depth: number): Value | undefined {
    if (length === undefined) return undefined;
    const { maxDepth, maxMapLength } = this.#limits;
    if (depth >= maxDepth) return this.#exceed(`nests deeper than ${maxDepth}`, 2 * length);
    if (length > maxMapLength) {
      return this.#exceed(`a map of ${length} entries; the limit is ${maxMapLength}`, 2 * length);
    }
    if (length === 0) return EMPTY_MAP;
    const map = new Map<string, Value>();
    for (let entry = 0; entry < length; entry++) {
      const key = this.#key();
      if (key === undefined) return undefined;
      const value = this.#value(map, key, depth);
      if (value === undefined) return undefined;
      map.set(key, value);
    }
    return map;
  }

  #value(map: ValueMap, key: string, depth: number): Value | undefined {
    const known = this.#known;
    if (known === undefined || key !== known.name || depth > known.mostDepth) return this.read(depth + 1);
    const start = this.position;
    const found = known.find(map, this.bytes, start);
    if (found !== undefined) {
      this.position += found.length;
      return found.value;
    }
    const value = this.read(depth + 1);
    if (value !== undefined) known.met(map, this.bytes, start, this.position, value);
    return value;
  }

  #key(): string | undefined {
    const head = this.bytes[this.position];
    if (head === undefined) return this.fail("ends too early");
    if (head >= 0xa0 && head < 0xc0) return this.#shortKey(head & 0x1f);
    // A key of any other type is refused by the library that publishers use, and no publisher sends one.
    const textOrBytes = (head >= 0xc4 && head <= 0xc6) || (head >= 0xd9 && head <= 0xdb);
    if (!textOrBytes) return this.fail("a map key is neither text nor bytes");
    const key = this.read(0);
    if (key instanceof Uint8Array) return bytesKey(key);
    return typeof key === "string" ? key : undefined;
  }

  #shortKey(length: number): string | undefined {
    this.position++;
    if (!this.holds(length)) return undefined;
    const start = this.position;
    const known = keyCache.find(this.bytes, start, length);
    if (known !== undefined) {
      this.position = start + length;
      return known;
    }
    const key = this.#text(length);
    // Read anew: what is cut from the datagram's string would keep all of it in memory, for as long as the cache lives.
    if (key !== undefined) keyCache.keep(this.bytes, start, length, this.bytes.toString("utf8", start, start + length));
    return key;
  }

  #list(length: number | undefined, depth: number): Value | undefined {
    if (length === undefined) return undefined;
    const { maxDepth, maxArrayLength } = this.#limits;
    if (depth >= maxDepth) return this.#exceed(`nests deeper than ${maxDepth}`, length);
    if (length > maxArrayLength) {
      return this.#exceed(`a list of ${length} items; the limit is ${maxArrayLength}`, length);
    }
    if (length === 0) return EMPTY_LIST;
    const list: Value[] = [];
    const parts = this.#parts?.begin(list, depth);
    for (let index = 0; index < length; index++) {
      const start = this.position;
      const item = this.read(depth + 1);
      if (item === undefined) return undefined;
      list.push(item);
      if (parts !== undefined) this.#parts?.next(parts, this.position - start);
    }
    if (parts !== undefined) this.#parts?.end();
    return list;
  }

  /** Over a limit: what exceeds it is skipped if it is one of several messages, `values` of it being still to come. */
  #exceed(problem: string, values: number): Value | undefined {
    if (this.#parts?.exceed(`msgpack: ${problem} at byte ${this.position}`) !== true) {
      this.reason = "too-large";
      return this.fail(problem);
    }
    const end = skipMsgpack(this.bytes, this.position, values);
    if (end === undefined) return this.fail("ends too early");
    this.position = end;
    return null;
  }

  #text(length: number | undefined): string | undefined {
    if (length === undefined || !this.holds(length)) return undefined;
    const start = this.position;
    const end = start + length;
    this.position = end;
    for (let at = start; at < end; at++) {
      if ((this.bytes[at] as number) >= 0x80) return this.#unicode(start, end);
    }
    if (this.bytes.length > MAX_WHOLE) return this.bytes.toString("latin1", start, end);
    this.#latin1 ??= this.bytes.toString("latin1");
    return this.#latin1.slice(start, end);
  }

  #unicode(start: number, end: number): string | undefined {
    if (isUtf8(this.bytes.subarray(start, end))) return this.bytes.toString("utf8", start, end);
    this.position = start;
    return this.fail("text that is not UTF-8");
  }

  #binary(length: number | undefined): Uint8Array | undefined {
    if (length === undefined || !this.holds(length)) return undefined;
    const start = this.skip(length);
    // A copy: the caller's buffer may be a slice of something that lives on.
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  #extension(length: number | undefined): Timestamp | undefined {
    if (length === undefined || !this.has(1)) return undefined;
    const type = this.bytes.readInt8(this.skip(1));
    if (type !== -1) return this.fail(`extension type ${type}`);
    if (!this.has(length)) return undefined;
    const start = this.skip(length);
    const stamp = readTimestamp(this.bytes.subarray(start, start + length));
    return stamp.nanoseconds < 1_000_000_000
      ? stamp
      : this.fail("a time stamp with a length or nanoseconds that none can have");
  }
}
