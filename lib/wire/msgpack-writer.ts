import { Encoder, encodeTimeSpecToTimestamp } from "@msgpack/msgpack";
import { bytesOfKey, isValueList, isValueMap, Timestamp, type Value } from "../sample/value.ts";

/** The library writes a whole number as an integer unless told otherwise, so each kind of number has its encoder. */
const plain = new Encoder();
const floats = new Encoder({ forceIntegerToFloat: true });
const wideIntegers = new Encoder({ useBigInt64: true });

const HIGHEST = 2n ** 64n - 1n;
const LOWEST = -(2n ** 63n);

/**
 * A value in the bytes that Python's `msgpack.dumps(value, use_bin_type=True)` gives, as publishers send it:
 * integers in their shortest form, floats of 64 bits, the order of a map's entries kept.
 *
 * @throws RangeError for an integer beyond 64 bits, as Python does
 */
export function encodeMsgpack(value: Value): Buffer {
  const parts: Uint8Array[] = [];
  append(parts, value);
  return Buffer.concat(parts);
}

function append(parts: Uint8Array[], value: Value): void {
  if (typeof value === "number") parts.push(floats.encode(value));
  else if (typeof value === "bigint") parts.push(integer(value));
  else if (value instanceof Timestamp) parts.push(timestamp(value));
  else if (isValueList(value)) {
    parts.push(head(value.length, 0x90, 0xdc));
    for (const item of value) append(parts, item);
  } else if (isValueMap(value)) {
    parts.push(head(value.size, 0x80, 0xde));
    for (const [key, item] of value) {
      parts.push(plain.encode(bytesOfKey(key) ?? key));
      append(parts, item);
    }
  } else parts.push(plain.encode(value));
}

function integer(value: bigint): Uint8Array {
  if (value > HIGHEST || value < LOWEST) throw new RangeError("msgpack has no integer of more than 64 bits");
  const number = Number(value);
  return Number.isSafeInteger(number) ? plain.encode(number) : wideIntegers.encode(value);
}

/** The head of a list or map: up to 15 entries within one byte, else the length in 16 or 32 bits. */
function head(length: number, short: number, long: number): Uint8Array {
  if (length < 16) return Uint8Array.of(short + length);
  const wide = length > 0xffff;
  const bytes = Buffer.alloc(wide ? 5 : 3);
  bytes[0] = wide ? long + 1 : long;
  bytes.writeUIntBE(length, 1, bytes.length - 1);
  return bytes;
}

function timestamp({ seconds, nanoseconds }: Timestamp): Uint8Array {
  const data = encodeTimeSpecToTimestamp({ sec: Number(seconds), nsec: nanoseconds });
  const start = data.length === 4 ? [0xd6, 0xff] : data.length === 8 ? [0xd7, 0xff] : [0xc7, 12, 0xff];
  return Buffer.concat([Uint8Array.from(start), data]);
}
