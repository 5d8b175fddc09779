import { bytesOfKey, isValueList, isValueMap, Timestamp, type Value } from "../../lib/collector/value.ts";

/**
 * A value in the bytes that Python's `msgpack.dumps(value, use_bin_type=True)` gives, as publishers send it: integers
 * in their shortest form, floats always of 64 bits. An integer beyond 64 bits throws a RangeError, as it does there.
 */
export function encodeMsgpack(value: Value): Buffer {
  const parts: Buffer[] = [];
  append(parts, value);
  return Buffer.concat(parts);
}

function append(parts: Buffer[], value: Value): void {
  if (typeof value === "string") appendText(parts, value);
  else if (value instanceof Uint8Array) appendBytes(parts, value);
  else if (isValueList(value)) {
    parts.push(head(LIST, value.length));
    for (const item of value) append(parts, item);
  } else if (isValueMap(value)) {
    parts.push(head(MAP, value.size));
    for (const [key, item] of value) {
      append(parts, bytesOfKey(key) ?? key);
      append(parts, item);
    }
  } else if (value instanceof Timestamp) parts.push(timestamp(value));
  else if (typeof value === "number") parts.push(tagged(0xcb, 8, (bytes) => bytes.writeDoubleBE(value, 1)));
  else if (typeof value === "bigint") parts.push(integer(value));
  else parts.push(Buffer.of(value === null ? 0xc0 : value ? 0xc3 : 0xc2));
}

function appendText(parts: Buffer[], text: string): void {
  const utf8 = Buffer.from(text, "utf8");
  parts.push(head(TEXT, utf8.length), utf8);
}

function appendBytes(parts: Buffer[], bytes: Uint8Array): void {
  parts.push(head(BYTES, bytes.length), Buffer.from(bytes));
}

/** The first byte for lengths up to `limit`, then those for lengths written in 1, 2 and 4 bytes. */
interface Head {
  readonly short: number;
  readonly limit: number;
  readonly long: Readonly<Record<string, number>>;
}

const TEXT: Head = { short: 0xa0, limit: 31, long: { 1: 0xd9, 2: 0xda, 4: 0xdb } };
const BYTES: Head = { short: 0, limit: -1, long: { 1: 0xc4, 2: 0xc5, 4: 0xc6 } };
const LIST: Head = { short: 0x90, limit: 15, long: { 2: 0xdc, 4: 0xdd } };
const MAP: Head = { short: 0x80, limit: 15, long: { 2: 0xde, 4: 0xdf } };

function head({ short, limit, long }: Head, length: number): Buffer {
  if (length <= limit) return Buffer.of(short + length);
  for (const [width, first] of Object.entries(long)) {
    const size = Number(width);
    if (length < 2 ** (8 * size)) return tagged(first, size, (bytes) => bytes.writeUIntBE(length, 1, size));
  }
  throw new RangeError(`msgpack has no length of ${length}`);
}

function integer(value: bigint): Buffer {
  if (value >= -32n && value < 128n) return Buffer.of(Number(value) & 0xff);
  const negative = value < 0n;
  for (const [index, size] of [1, 2, 4].entries()) {
    const bits = BigInt(8 * size);
    if (negative && value >= -(2n ** (bits - 1n))) {
      return tagged(0xd0 + index, size, (bytes) => bytes.writeIntBE(Number(value), 1, size));
    }
    if (!negative && value < 2n ** bits) {
      return tagged(0xcc + index, size, (bytes) => bytes.writeUIntBE(Number(value), 1, size));
    }
  }
  return negative
    ? tagged(0xd3, 8, (bytes) => bytes.writeBigInt64BE(value, 1))
    : tagged(0xcf, 8, (bytes) => bytes.writeBigUInt64BE(value, 1));
}

function timestamp({ seconds, nanoseconds }: Timestamp): Buffer {
  if (seconds < 0n || seconds >= 2n ** 34n) {
    const bytes = Buffer.from([0xc7, 12, 0xff, ...new Uint8Array(12)]);
    bytes.writeUInt32BE(nanoseconds, 3);
    bytes.writeBigInt64BE(seconds, 7);
    return bytes;
  }
  const packed = (BigInt(nanoseconds) << 34n) | seconds;
  const small = packed < 2n ** 32n;
  const bytes = Buffer.from([small ? 0xd6 : 0xd7, 0xff, ...new Uint8Array(small ? 4 : 8)]);
  if (small) bytes.writeUInt32BE(Number(packed), 2);
  else bytes.writeBigUInt64BE(packed, 2);
  return bytes;
}

function tagged(first: number, size: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = first;
  write(bytes);
  return bytes;
}
