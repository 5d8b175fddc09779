import { bytesOfKey, isValueMap, type Value } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import { sortedByCodePoint } from "../../lib/signature/legacy/key-order.ts";
import type { Random } from "../support/random.ts";

/*
 * The signed text has no separators, so it can be cut into names and values in another way and stay the same. These
 * changes try to: what they make still verifies, and must not become another record.
 */

/** Takes a field away and writes its name and text behind the field that is signed before it. */
export function joined(map: Map<string, Value>, random: Random): void {
  const names = sortedByCodePoint(map).filter((name) => name !== "message_signature");
  const at = 1 + random.integer(names.length - 1);
  const [before, name] = [names[at - 1], names[at]];
  if (before === undefined || name === undefined) return;
  append(map, before, signedText(name, map.get(name) ?? null));
  map.delete(name);
}

/** Takes a field away and writes its name and text behind any other. */
export function moved(map: Map<string, Value>, name: string, value: Value, random: Random): void {
  const names = Array.from(map.keys());
  const other = names[random.integer(names.length)];
  if (other === undefined || other === name || other === "message_signature") return;
  map.delete(name);
  append(map, other, signedText(name, value));
}

/** Cuts the text of a field: its end becomes the name and text of another one. */
export function split(map: Map<string, Value>, name: string, value: Value, random: Random): void {
  if (typeof value !== "string") return;
  const characters = Array.from(value);
  const end = random.integer(characters.length + 1);
  const nameEnd = end + random.integer(characters.length + 1 - end);
  const other = characters.slice(end, nameEnd).join("");
  if (other === name || other === "message_signature") return;
  map.set(name, characters.slice(0, end).join(""));
  map.set(other, characters.slice(nameEnd).join(""));
}

/** Moves characters between a field's name and its text. */
export function shifted(map: Map<string, Value>, name: string, value: Value, random: Random): void {
  if (typeof value !== "string" || bytesOfKey(name) !== undefined) return;
  const characters = Array.from(name + value);
  const end = random.integer(characters.length + 1);
  map.delete(name);
  map.set(characters.slice(0, end).join(""), characters.slice(end).join(""));
}

/** `a:b` becomes `b` inside of `a`; any other field goes into a map under the first part of its name. */
export function nested(map: Map<string, Value>, name: string, value: Value, random: Random): void {
  const colon = name.indexOf(":");
  map.delete(name);
  if (colon >= 0) map.set(name.slice(0, colon), new Map([[name.slice(colon + 1), value]]));
  else map.set(name.slice(0, random.integer(name.length + 1)), new Map([[name, value]]));
}

/** `b` inside of `a` becomes `a:b`. */
export function unnested(map: Map<string, Value>, name: string, value: Value, random: Random): void {
  if (!isValueMap(value)) return;
  if (random.chance(0.7)) map.delete(name);
  for (const [inner, item] of value) map.set(`${name}:${inner}`, item);
}

/** An empty map leaves no mark, nor does its name. */
export function emptied(map: Map<string, Value>, random: Random): void {
  const name = random.pick(["a", "raw", "resource_metadata", "monotonic_time", "\u{1f600}", "counter_name:x"]);
  map.set(name, random.chance(0.5) ? new Map() : new Map([["a", new Map()]]));
}

/** Behind the text of a field, or of whatever is signed last inside of it. */
function append(map: Map<string, Value>, name: string, text: string): void {
  const value = map.get(name) ?? null;
  if (!isValueMap(value)) {
    map.set(name, signedText("", value) + text);
    return;
  }
  const copy = new Map(value);
  const last = sortedByCodePoint(copy).at(-1);
  if (last === undefined) copy.set(text, "");
  else append(copy, last, text);
  map.set(name, copy);
}

function signedText(name: string, value: Value): string {
  const canonical = canonicalText(new Map([[name, value]]), "py3");
  return canonical.kind === "text" ? canonical.text : "";
}
