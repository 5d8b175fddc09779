/**
 * A decoded value, keeping every difference that a Ceilometer signature can see.
 *
 * JavaScript has two numeric types and so has Python: here a `number` is always a Python float and a
 * `bigint` always a Python int, so `1.0` and `1` stay apart without a wrapper. Text and bytes stay
 * apart as `string` and `Uint8Array`. Text never holds a lone surrogate: decoders refuse it.
 */
export type Value = null | boolean | string | number | bigint | Uint8Array | Timestamp | ValueList | ValueMap;

export type ValueList = readonly Value[];

/** Keeps the order in which keys arrived: Python 2's dictionary order depends on it. */
export type ValueMap = ReadonlyMap<string, Value>;

/** msgpack's extension type -1, which Python's msgpack decodes to an object of this name. */
export class Timestamp {
  readonly seconds: bigint;
  readonly nanoseconds: number;

  constructor(seconds: bigint, nanoseconds: number) {
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }
}

export function isValueMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

export function isValueList(value: Value | undefined): value is ValueList {
  return Array.isArray(value);
}

/**
 * Map keys may be bytes on the wire. A lone surrogate can't occur in decoded text, so one in front
 * marks a key that was bytes; each following code unit is one byte.
 */
const BYTES_KEY_MARK = "\udc00";

export function bytesKey(bytes: Uint8Array): string {
  return BYTES_KEY_MARK + Buffer.from(bytes).toString("latin1");
}

/** The bytes of a key that was bytes on the wire; undefined for a text key. */
export function bytesOfKey(key: string): Uint8Array | undefined {
  return key.charCodeAt(0) === 0xdc00 ? new Uint8Array(Buffer.from(key.slice(1), "latin1")) : undefined;
}
