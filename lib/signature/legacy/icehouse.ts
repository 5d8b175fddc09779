import { bytesOfKey, isValueList, isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { sortedAsPython2 } from "./key-order.ts";
import { addList, addMap, type ListText } from "./list-text.ts";
import { bytesRepr, unicodeRepr, utf8Repr } from "./python-text.ts";
import { codePoints, python2DictOrder, python2Hash } from "./python2-dict.ts";
import { python2Repr, python2Scalar, type Spelling } from "./spelling.ts";

/** Ceilometer 2013.2 to 2014.2.0 on Python 2.7: each item of a list becomes text first, whatever it was. */
export const icehouse: Spelling = {
  keys: sortedAsPython2,
  name: (key) => {
    const bytes = bytesOfKey(key);
    const text = bytes === undefined ? key : Buffer.from(bytes).toString("latin1");
    return ASCII.test(text) ? text : undefined;
  },
  scalar: python2Scalar,
  list: (list, text) => addList(text, list, firstLevelItem),
};

/** That era hands the name to the digest as it is, which only accepts ASCII. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with the control characters
const ASCII = /^[\u0000-\u007f]*$/;

function firstLevelItem(text: ListText, item: Value): boolean {
  if (!isValueList(item) && !isValueMap(item)) {
    const spelled = python2Scalar(item);
    return spelled !== undefined && text.add(utf8Repr(spelled));
  }
  const own = text.beside();
  // Only a dictionary that is itself an item is sorted first; those inside it keep the order they came in.
  const isSpelled = isValueMap(item) ? addSorted(own, item) : addList(own, item, inList);
  return isSpelled ? text.add(utf8Repr(own.toString())) : text.fail(own);
}

function inList(text: ListText, value: Value): boolean {
  if (typeof value === "string") return text.add(`u${unicodeRepr(value)}`);
  if (isValueList(value)) return addList(text, value, inList);
  if (isValueMap(value)) return addInserted(text, value, Array.from(value.keys()));
  return text.add(value instanceof Uint8Array ? bytesRepr(value) : python2Repr(value));
}

function addSorted(text: ListText, map: ValueMap): boolean {
  const sorted = sortedAsPython2(map);
  return sorted !== undefined && addInserted(text, map, sorted);
}

/** In the order of the hash table that inserting the names in this order gives. */
function addInserted(text: ListText, map: ValueMap, inserted: readonly string[]): boolean {
  const hashes = inserted.map((key) => python2Hash(bytesOfKey(key) ?? codePoints(key)));
  return addMap(
    text,
    python2DictOrder(hashes).map((index) => inserted[index] as string),
    (key) => {
      const bytes = bytesOfKey(key);
      return text.add(bytes === undefined ? `u${unicodeRepr(key)}` : bytesRepr(bytes));
    },
    (key) => inList(text, map.get(key) as Value),
  );
}
