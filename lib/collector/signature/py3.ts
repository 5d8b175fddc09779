import { isUtf8 } from "node:buffer";
import { bytesOfKey, isValueList, isValueMap, type Value, type ValueList, type ValueMap } from "../value.ts";
import { sortedByCodePoint } from "./key-order.ts";
import { floatRepr } from "./python-number.ts";
import { bytesRepr, textRepr, utf8Repr } from "./python-text.ts";
import { joined, plainScalar, type Scalar, type Spelling } from "./spelling.ts";

/** Ceilometer 8 and later on Python 3. Inside lists text and bytes change places before they are spelled. */
export const py3: Spelling = {
  keys: orderedKeys,
  name: (key) => {
    const bytes = bytesOfKey(key);
    return bytes === undefined ? key : `b${bytesRepr(bytes)}`;
  },
  scalar,
  list: (list) => joined(items(list), "[", "]"),
};

/** Python 3 can't compare text with bytes, so it can't sort a map that has names of both kinds. */
function orderedKeys(map: ValueMap): readonly string[] | undefined {
  const keys = sortedByCodePoint(map.keys());
  const bytesKeys = keys.filter((key) => bytesOfKey(key) !== undefined).length;
  return bytesKeys === 0 || bytesKeys === keys.length ? keys : undefined;
}

function scalar(value: Scalar): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return floatRepr(value);
  if (value instanceof Uint8Array) return `b${bytesRepr(value)}`;
  return plainScalar(value);
}

function* items(list: ValueList): Generator<string | undefined> {
  for (const item of list) yield inList(item);
}

function inList(value: Value): string | undefined {
  if (typeof value === "string") return `b${utf8Repr(value)}`;
  if (value instanceof Uint8Array) return swappedToText(value);
  if (isValueList(value)) return joined(items(value), "[", "]");
  if (isValueMap(value)) return joined(entries(value), "{", "}");
  return scalar(value);
}

function* entries(map: ValueMap): Generator<string | undefined> {
  for (const key of orderedKeys(map) ?? [undefined]) {
    if (key === undefined) {
      yield undefined;
      return;
    }
    const name = inList(bytesOfKey(key) ?? key);
    const value = inList(map.get(key) as Value);
    yield name === undefined || value === undefined ? undefined : `${name}: ${value}`;
  }
}

function swappedToText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? textRepr(Buffer.from(bytes).toString("utf8")) : undefined;
}
