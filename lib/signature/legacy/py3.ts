import { isUtf8 } from "node:buffer";
import { bytesOfKey, isValueList, isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { floatRepr } from "../../wire/python-number.ts";
import { sortedByCodePoint } from "./key-order.ts";
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
  list: (list) => joined(list.map(inList), "[", "]"),
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

function inList(value: Value): string | undefined {
  if (typeof value === "string") return `b${utf8Repr(value)}`;
  if (value instanceof Uint8Array) return swappedToText(value);
  if (isValueList(value)) return joined(value.map(inList), "[", "]");
  if (isValueMap(value)) return inOrder(value);
  return scalar(value);
}

function inOrder(map: ValueMap): string | undefined {
  const entries = orderedKeys(map)?.map((key) => {
    const name = inList(bytesOfKey(key) ?? key);
    const value = inList(map.get(key) as Value);
    return name === undefined || value === undefined ? undefined : `${name}: ${value}`;
  });
  return entries && joined(entries, "{", "}");
}

function swappedToText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? textRepr(Buffer.from(bytes).toString("utf8")) : undefined;
}
