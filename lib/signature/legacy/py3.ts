import { isUtf8 } from "node:buffer";
import { bytesOfKey, isValueList, isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { floatRepr } from "../../wire/python-number.ts";
import { sortedByCodePoint } from "./key-order.ts";
import { addList, addMap, type ListText } from "./list-text.ts";
import { bytesRepr, textRepr, utf8Repr } from "./python-text.ts";
import { plainScalar, type Scalar, type Spelling } from "./spelling.ts";

/** Ceilometer 8 and later on Python 3. Inside lists text and bytes change places before they are spelled. */
export const py3: Spelling = {
  keys: orderedKeys,
  name: (key) => {
    const bytes = bytesOfKey(key);
    return bytes === undefined ? key : `b${bytesRepr(bytes)}`;
  },
  scalar,
  list: (list, text) => addList(text, list, inList),
};

/** Python 3 can't compare text with bytes, so it can't sort a map that has names of both kinds. */
function orderedKeys(map: ValueMap): readonly string[] | undefined {
  const keys = sortedByCodePoint(map);
  const bytesKeys = keys.filter((key) => bytesOfKey(key) !== undefined).length;
  return bytesKeys === 0 || bytesKeys === keys.length ? keys : undefined;
}

function scalar(value: Scalar): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return floatRepr(value);
  if (value instanceof Uint8Array) return `b${bytesRepr(value)}`;
  return plainScalar(value);
}

function inList(text: ListText, value: Value): boolean {
  if (typeof value === "string") return text.add(`b${utf8Repr(value)}`);
  if (isValueList(value)) return addList(text, value, inList);
  if (isValueMap(value)) return inOrder(text, value);
  return text.add(value instanceof Uint8Array ? swappedToText(value) : scalar(value));
}

function inOrder(text: ListText, map: ValueMap): boolean {
  const keys = orderedKeys(map);
  return (
    keys !== undefined &&
    addMap(
      text,
      keys,
      (key) => inList(text, bytesOfKey(key) ?? key),
      (key) => inList(text, map.get(key) as Value),
    )
  );
}

function swappedToText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? textRepr(Buffer.from(bytes).toString("utf8")) : undefined;
}
