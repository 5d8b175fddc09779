import { bytesOfKey, isValueList, isValueMap, type Value, type ValueList, type ValueMap } from "../../sample/value.ts";
import { sortedAsPython2 } from "./key-order.ts";
import { bytesRepr } from "./python-text.ts";
import { python2DictOrder, python2Hash } from "./python2-dict.ts";
import { asciiText, joined, python2Repr, python2Scalar, type Spelling } from "./spelling.ts";

/** Ceilometer 2014.2.1 and later on Python 2.7: text inside lists becomes UTF-8 bytes before it is spelled. */
export const kilo: Spelling = {
  keys: (map) => sortedAsPython2(map.keys()),
  name: (key) => {
    const bytes = bytesOfKey(key);
    return bytes === undefined ? key : asciiText(bytes);
  },
  scalar: python2Scalar,
  list: (list) => joined(list.map(inList), "[", "]"),
};

function inList(value: Value): string | undefined {
  if (typeof value === "string") return bytesRepr(Buffer.from(value, "utf8"));
  if (value instanceof Uint8Array) return bytesRepr(value);
  if (isValueList(value)) return joined((value as ValueList).map(inList), "[", "]");
  if (isValueMap(value)) return inDictOrder(value);
  return python2Repr(value);
}

/** The dictionary is rebuilt from its sorted entries, then spelled in the order of its hash table. */
function inDictOrder(map: ValueMap): string | undefined {
  const keys = sortedAsPython2(map.keys());
  if (keys === undefined) return undefined;
  const names = keys.map((key) => bytesOfKey(key) ?? Buffer.from(key, "utf8"));
  const order = python2DictOrder(names.map((name) => python2Hash(name)));
  const entries = order.map((index) => {
    const value = inList(map.get(keys[index] as string) as Value);
    return value === undefined ? undefined : `${bytesRepr(names[index] as Uint8Array)}: ${value}`;
  });
  return joined(entries, "{", "}");
}
