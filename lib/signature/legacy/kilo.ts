import { bytesOfKey, isValueList, isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { sortedAsPython2 } from "./key-order.ts";
import { addList, addMap, type ListText } from "./list-text.ts";
import { bytesRepr, utf8Repr } from "./python-text.ts";
import { python2DictOrder, python2Hash } from "./python2-dict.ts";
import { asciiText, python2Repr, python2Scalar, type Spelling } from "./spelling.ts";

/** Ceilometer 2014.2.1 and later on Python 2.7: text inside lists becomes UTF-8 bytes before it is spelled. */
export const kilo: Spelling = {
  keys: sortedAsPython2,
  name: (key) => {
    const bytes = bytesOfKey(key);
    return bytes === undefined ? key : asciiText(bytes);
  },
  scalar: python2Scalar,
  list: (list, text) => addList(text, list, inList),
};

function inList(text: ListText, value: Value): boolean {
  if (typeof value === "string") return text.add(utf8Repr(value));
  if (isValueList(value)) return addList(text, value, inList);
  if (isValueMap(value)) return inDictOrder(text, value);
  return text.add(value instanceof Uint8Array ? bytesRepr(value) : python2Repr(value));
}

/** The dictionary is rebuilt from its sorted entries, then spelled in the order of its hash table. */
function inDictOrder(text: ListText, map: ValueMap): boolean {
  const keys = sortedAsPython2(map);
  if (keys === undefined) return false;
  const names = keys.map((key) => bytesOfKey(key) ?? Buffer.from(key, "utf8"));
  return addMap(
    text,
    python2DictOrder(names.map(python2Hash)),
    (index) => text.add(bytesRepr(names[index] as Uint8Array)),
    (index) => inList(text, map.get(keys[index] as string) as Value),
  );
}
