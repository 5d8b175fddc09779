import { Timestamp, type Value, type ValueList, type ValueMap } from "../../sample/value.ts";
import { floatRepr, floatStrPython2 } from "../../wire/python-number.ts";
import type { ListText } from "./list-text.ts";

/**
 * The spelling of a message as text by one generation of Ceilometer. Each method answers `undefined` where that
 * generation's own code raises an exception: then nothing it signed can look like this.
 */
export interface Spelling {
  /** The names of one map in the order in which they are signed. */
  keys(map: ValueMap): readonly string[] | undefined;
  /** A name as it appears in the text. */
  name(key: string): string | undefined;
  /** A value that is neither a map nor a list. */
  scalar(value: Scalar): string | undefined;
  /** Writes a list; false where the text has no room for it, or where that generation can't spell it. */
  list(list: ValueList, text: ListText): boolean;
}

export type Scalar = Exclude<Value, ValueList | ValueMap>;

/** The spelling of scalars on which all generations agree: everything but text, bytes, floats and containers. */
export function plainScalar(value: null | boolean | bigint | Timestamp): string {
  if (value === null) return "None";
  if (value instanceof Timestamp) {
    return `Timestamp(seconds=${value.seconds}, nanoseconds=${value.nanoseconds})`;
  }
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

/** A scalar outside lists under Python 2: `unicode(value)`. */
export function python2Scalar(value: Scalar): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number") return floatStrPython2(value);
  if (value instanceof Uint8Array) return asciiText(value);
  return plainScalar(value);
}

/** A scalar inside a list under Python 2, text and bytes apart: `repr(value)`. */
export function python2Repr(value: null | boolean | number | bigint | Timestamp): string {
  if (typeof value === "number") return floatRepr(value);
  if (typeof value === "bigint") return value > MAX_INT || value < MIN_INT ? `${value}L` : String(value);
  return plainScalar(value);
}

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -(2n ** 63n);

/** Python 2 turns bytes into text as ASCII, and raises on anything else. */
export function asciiText(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte < 0x80) ? Buffer.from(bytes).toString("latin1") : undefined;
}
