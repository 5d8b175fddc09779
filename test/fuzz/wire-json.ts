import { bytesOfKey, isValueList, isValueMap, type Value } from "../../lib/sample/value.ts";
import { floatRepr } from "../../lib/wire/python-number.ts";

/**
 * A value in the JSON that Python's json module writes, bare NaN and Infinity included; undefined for what JSON
 * can't carry (bytes, time stamps).
 */
export function wireJson(value: Value): string | undefined {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return Number.isFinite(value) ? floatRepr(value) : bareWord(value);
  if (isValueList(value)) return enclosed("[", value.map(wireJson), "]");
  if (isValueMap(value)) return enclosed("{", Array.from(value, entry), "}");
  return undefined;
}

function entry([name, value]: readonly [name: string, value: Value]): string | undefined {
  const text = bytesOfKey(name) === undefined ? wireJson(value) : undefined;
  return text === undefined ? undefined : `${JSON.stringify(name)}: ${text}`;
}

function enclosed(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
  return parts.includes(undefined) ? undefined : open + parts.join(", ") + close;
}

function bareWord(value: number): string {
  return Number.isNaN(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
}
