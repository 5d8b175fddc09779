import { notesOf } from "../sample/metadata-notes.ts";
import { accept, type Result, reject } from "../sample/rejection.ts";
import { bytesKey, bytesOfKey, isValueList, isValueMap, Timestamp, type Value } from "../sample/value.ts";
import { decodeJson } from "./json-reader.ts";
import type { KnownValues } from "./known-values.ts";
import { type DecodeLimits, messageLimits } from "./limits.ts";
import { floatRepr } from "./python-number.ts";

/**
 * Values as legal JSON from which the very same value is read back.
 *
 * Integers of any size are written as they are, floats always with a point or an exponent (`1.0`, `1e+16`). What
 * JSON lacks is a map with one name: `{"$float":"nan"}`, `{"$bytes":"<base64>"}`, `{"$timestamp":"<seconds>.<nanoseconds>"}`.
 * A name that was bytes is `"$bytes:<base64>"`; any other name that begins with `$` gets one more in front.
 */
export function toExactJson(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") {
    return Number.isFinite(value) ? floatRepr(value) : `{"$float":"${floatRepr(value)}"}`;
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `{"$bytes":"${base64(value)}"}`;
  if (value instanceof Timestamp) return `{"$timestamp":"${value.seconds}.${value.nanoseconds}"}`;
  if (isValueList(value)) return `[${value.map(toExactJson).join(",")}]`;
  const notes = notesOf(value);
  if (notes?.json !== undefined) return notes.json;
  const entries = Array.from(value, ([key, item]) => `${JSON.stringify(toName(key))}:${toExactJson(item)}`);
  const text = `{${entries.join(",")}}`;
  if (notes !== undefined) notes.json = text;
  return text;
}

/**
 * The beginning of what `toExactJson` would write, for a person to read. Costs no more than what it shows: a value may
 * be a megabyte of maps inside each other.
 */
export function shortExactJson(value: Value, maxLength: number): string {
  const text = toExactJson(cut(value, maxLength).value);
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** As much of a value as `room` characters can show, and a little more; each part takes one at least. */
function cut(value: Value, room: number): { readonly value: Value; readonly used: number } {
  if (typeof value === "string") return { value: value.slice(0, room + 1), used: value.length };
  if (value instanceof Uint8Array) return { value: value.subarray(0, room + 1), used: value.length };
  if (!isValueList(value) && !isValueMap(value)) return { value, used: 1 };
  let used = 1;
  const take = (item: Value): Value => {
    const part = cut(item, room - used);
    used += part.used;
    return part.value;
  };
  if (isValueList(value)) {
    const list: Value[] = [];
    for (const item of value) {
      if (used > room) break;
      list.push(take(item));
    }
    return { value: list, used };
  }
  const map = new Map<string, Value>();
  for (const [name, item] of value) {
    if (used > room) break;
    used += name.length;
    map.set(name.slice(0, room + 1), take(item));
  }
  return { value: map, used };
}

/**
 * Reads what `toExactJson` wrote.
 *
 * @param known as `decodeJson` takes it
 */
export function fromExactJson(
  text: string,
  limits: DecodeLimits = messageLimits,
  known?: KnownValues<string>,
): Result<Value> {
  const decoded = decodeJson(text, limits, known);
  return decoded.ok && mayHaveTags(text) ? untag(decoded.value) : decoded;
}

/**
 * Whether there is a `$` that a name could begin with, as it is or escaped. Few texts have one; of all others, what was
 * read is the value, and need not be copied.
 */
function mayHaveTags(text: string): boolean {
  return text.includes("$") || text.includes("\\u0024");
}

function untag(value: Value): Result<Value> {
  try {
    return accept(restored(value));
  } catch (error) {
    if (error instanceof UnknownTag) return reject("undecodable", error.message);
    throw error;
  }
}

class UnknownTag extends Error {}

function restored(value: Value): Value {
  if (isValueList(value)) return value.map(restored);
  if (!isValueMap(value)) return value;
  const [first] = value;
  if (value.size === 1 && first !== undefined) {
    const tagged = fromTag(first[0], first[1]);
    if (tagged !== undefined) return tagged;
  }
  return new Map(Array.from(value, ([name, item]) => [fromName(name), restored(item)]));
}

function fromTag(name: string, content: Value): Value | undefined {
  if (typeof content !== "string") return undefined;
  switch (name) {
    case "$float":
      return content === "nan" ? Number.NaN : content === "inf" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    case "$bytes":
      return new Uint8Array(Buffer.from(content, "base64"));
    case "$timestamp": {
      const [, seconds, nanoseconds] = /^(-?[0-9]+)\.([0-9]+)$/.exec(content) ?? [];
      return seconds === undefined ? undefined : new Timestamp(BigInt(seconds), Number(nanoseconds));
    }
    default:
      return undefined;
  }
}

function toName(key: string): string {
  const bytes = bytesOfKey(key);
  if (bytes !== undefined) return `$bytes:${base64(bytes)}`;
  return key.startsWith("$") ? `$${key}` : key;
}

function fromName(name: string): string {
  if (!name.startsWith("$")) return name;
  if (name.startsWith("$$")) return name.slice(1);
  if (name.startsWith("$bytes:")) return bytesKey(Buffer.from(name.slice("$bytes:".length), "base64"));
  throw new UnknownTag(`an unknown tag ${name}`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
