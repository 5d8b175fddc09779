import { bytesOfKey, isValueList, isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { sortedAsPython2 } from "./key-order.ts";
import { bytesRepr, unicodeRepr, utf8Repr } from "./python-text.ts";
import { python2DictOrder, python2Hash } from "./python2-dict.ts";
import { joined, python2Repr, python2Scalar, type Scalar, type Spelling } from "./spelling.ts";

/** Ceilometer 2013.2 to 2014.2.0 on Python 2.7: each item of a list becomes text first, whatever it was. */
export const icehouse: Spelling = {
  keys: (map) => sortedAsPython2(map.keys()),
  name: (key) => {
    const bytes = bytesOfKey(key);
    const text = bytes === undefined ? key : Buffer.from(bytes).toString("latin1");
    return ASCII.test(text) ? text : undefined;
  },
  scalar: python2Scalar,
  list: (list) => joined(list.map(firstLevelItem), "[", "]"),
};

/** That era hands the name to the digest as it is, which only accepts ASCII. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with the control characters
const ASCII = /^[\u0000-\u007f]*$/;

function firstLevelItem(item: Value): string | undefined {
  // Only a dictionary that is itself an item is sorted first; those inside it keep the order they came in.
  const text = isValueMap(item) ? spelledMap(item, sortedAsPython2(item.keys())) : asText(item);
  return text === undefined ? undefined : utf8Repr(text);
}

function asText(value: Exclude<Value, ValueMap>): string | undefined {
  return isValueList(value) ? inList(value) : python2Scalar(value as Scalar);
}

function inList(value: Value): string | undefined {
  if (typeof value === "string") return `u${unicodeRepr(value)}`;
  if (value instanceof Uint8Array) return bytesRepr(value);
  if (isValueList(value)) return joined(value.map(inList), "[", "]");
  if (isValueMap(value)) return spelledMap(value, Array.from(value.keys()));
  return python2Repr(value);
}

function spelledMap(map: ValueMap, inserted: readonly string[] | undefined): string | undefined {
  if (inserted === undefined) return undefined;
  const order = python2DictOrder(inserted.map((key) => python2Hash(bytesOfKey(key) ?? codePoints(key))));
  const entries = order.map((index) => {
    const key = inserted[index] as string;
    const bytes = bytesOfKey(key);
    const name = bytes === undefined ? `u${unicodeRepr(key)}` : bytesRepr(bytes);
    const value = inList(map.get(key) as Value);
    return value === undefined ? undefined : `${name}: ${value}`;
  });
  return joined(entries, "{", "}");
}

function* codePoints(text: string): Generator<number> {
  for (const character of text) yield character.codePointAt(0) ?? 0;
}
