import { bytesOfKey } from "../../sample/value.ts";
import { asciiText } from "./spelling.ts";

/**
 * Sorts names as Python does, by code point. JavaScript compares UTF-16 units, which puts everything beyond
 * the Basic Multilingual Plane before U+E000–U+FFFF; only then is a slower comparison needed.
 */
export function sortedByCodePoint(keys: Iterable<string>): string[] {
  const sorted = Array.from(keys).sort();
  for (const key of sorted) if (SURROGATE.test(key)) return sorted.sort(compareCodePoints);
  return sorted;
}

/** Python 2 compares bytes with text as if they were ASCII, and raises where they are not. */
export function sortedAsPython2(keys: Iterable<string>): readonly string[] | undefined {
  const all = Array.from(keys);
  const withBytes = all.filter((key) => bytesOfKey(key) !== undefined).length;
  if (withBytes === 0 || withBytes === all.length) return sortedByCodePoint(all);
  const byText = new Map<string, string>();
  for (const key of all) {
    const bytes = bytesOfKey(key);
    const text = bytes === undefined ? key : asciiText(bytes);
    if (text === undefined || byText.has(text)) return undefined;
    byText.set(text, key);
  }
  return sortedByCodePoint(byText.keys()).map((text) => byText.get(text) ?? text);
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
