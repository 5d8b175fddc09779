import type { Dialect } from "../../lib/sample/sample.ts";
import {
  bytesOfKey,
  isValueList,
  isValueMap,
  type Value,
  type ValueList,
  type ValueMap,
} from "../../lib/sample/value.ts";
import { icehouse } from "../../lib/signature/legacy/icehouse.ts";
import { kilo } from "../../lib/signature/legacy/kilo.ts";
import { ListText } from "../../lib/signature/legacy/list-text.ts";
import { py3 } from "../../lib/signature/legacy/py3.ts";
import type { Spelling } from "../../lib/signature/legacy/spelling.ts";

const spellings: Readonly<Record<Dialect, Spelling>> = { py3, kilo, icehouse };

/**
 * The text that is signed, in the plainest way: nothing is remembered from one message to the next, names are sorted
 * by their UTF-8, which has the order of code points. What signs and proves messages must never differ from it.
 *
 * @returns undefined where the dialect can't sign the message, or where its text would be longer than `maxLength`
 */
export function referenceText(message: ValueMap, dialect: Dialect, maxLength: number): string | undefined {
  const spelling = spellings[dialect];
  let text = "";
  const add = (map: ValueMap, outer: readonly (string | undefined)[]): boolean => {
    const keys = sorted(map) ?? spelling.keys(map);
    return keys?.every((key) => addField([...outer, spelling.name(key)], map.get(key) ?? null)) ?? false;
  };
  const addField = (names: readonly (string | undefined)[], value: Value): boolean => {
    if (isValueMap(value)) return add(value, names);
    const spelled = isValueList(value) ? listText(value, spelling) : spelling.scalar(value);
    if (names.includes(undefined)) return false;
    const name = names.join(":");
    if (name === "message_signature") return !isValueList(value) || spelled !== undefined;
    text += name + spelled;
    return spelled !== undefined && text.length <= maxLength;
  };
  return add(message, []) ? text : undefined;
}

/** Undefined where some names are bytes: those every dialect treats in its own way. */
function sorted(map: ValueMap): readonly string[] | undefined {
  const names = Array.from(map.keys());
  if (names.some((name) => bytesOfKey(name) !== undefined)) return undefined;
  if (names.every((name) => ASCII.test(name))) return names.sort();
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const ASCII = /^[ -~]*$/;

function listText(list: ValueList, spelling: Spelling): string | undefined {
  const text = new ListText(Number.POSITIVE_INFINITY);
  return spelling.list(list, text) ? text.toString() : undefined;
}
