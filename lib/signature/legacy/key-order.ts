import { bytesOfKey, type ValueMap } from "../../sample/value.ts";
import { asciiText } from "./spelling.ts";

/**
 * Sorts a map's names as Python does, by code point. JavaScript compares UTF-16 units, which puts everything beyond
 * the Basic Multilingual Plane before U+E000–U+FFFF; only then is a slower comparison needed.
 */
export function sortedByCodePoint(map: ValueMap): readonly string[] {
  if (map.size < WORTH_REMEMBERING) return sorted(map.keys());
  const known = orders.get(map);
  if (known !== undefined) return known;
  const order = sorted(map.keys());
  orders.set(map, order);
  return order;
}

/** The order of a wide map, which each dialect asks for; forgotten together with the map. */
const orders = new WeakMap<ValueMap, readonly string[]>();
const WORTH_REMEMBERING = 128;

/** Python 2 compares bytes with text as if they were ASCII, and raises where they are not. */
export function sortedAsPython2(map: ValueMap): readonly string[] | undefined {
  let withBytes = 0;
  for (const key of map.keys()) if (bytesOfKey(key) !== undefined) withBytes++;
  if (withBytes === 0 || withBytes === map.size) return sortedByCodePoint(map);
  const byText = new Map<string, string>();
  for (const key of map.keys()) {
    const bytes = bytesOfKey(key);
    const text = bytes === undefined ? key : asciiText(bytes);
    if (text === undefined || byText.has(text)) return undefined;
    byText.set(text, key);
  }
  return sorted(byText.keys()).map((text) => byText.get(text) ?? text);
}

function sorted(keys: Iterable<string>): string[] {
  const all = Array.from(keys).sort();
  for (const key of all) if (SURROGATE.test(key)) return all.sort(compareCodePoints);
  return all;
}

const SURROGATE = /[\ud800-\udfff]/;

function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Lifts surrogates above all other units, which is where their code points lie. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
