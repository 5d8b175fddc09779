import { hash } from "node:crypto";
import { fieldNames, toMessage } from "./message.ts";
import { notesOf } from "./metadata-notes.ts";
import type { MeteringRecord, Sample } from "./sample.ts";
import { bytesOfKey, isValueList, isValueMap, Timestamp, type Value, type ValueMap } from "./value.ts";

/** 128 bits: two contents of one identity that share a digest are out of anybody's reach. */
export const CONTENT_DIGEST_LENGTH = 32;

/**
 * The digest of what a record says, 32 lower-case hexadecimal digits: every signed field, and nothing of how it came.
 *
 * One record is one content by whatever way it arrives: as msgpack or JSON, in another order of names, by the TCP
 * publisher (which adds `publisher_id`), under another key, dialect or envelope. Two records that say different
 * things differ, also where their canonical text is the same, as that has no separators.
 * A map without entries leaves no mark in what is signed, so it leaves none here: whoever adds one changes nothing.
 */
export function contentDigest(record: MeteringRecord): string {
  const known = digests.get(record);
  if (known !== undefined) return known;
  const digest = hash("sha256", contentText(record), "hex").slice(0, CONTENT_DIGEST_LENGTH);
  digests.set(record, digest);
  return digest;
}

/** Records are immutable, and asked several times on their way into storage. */
const digests = new WeakMap<MeteringRecord, string>();

const NOT_SAID: ReadonlySet<string> = new Set(["message_signature", "publisher_id"]);

function contentText(record: MeteringRecord): string {
  if (record.kind === "sample" && record.extra.size === 0) return sampleText(record);
  const said = Array.from(toMessage(record)).filter(([name]) => !NOT_SAID.has(name));
  return record.kind + spelledMap(new Map(said));
}

/** The same of nearly every record, without a map to be sorted. */
function sampleText(sample: Sample): string {
  let text = "sample{";
  for (const { name, spelled: spelledName } of saidOfSamples) {
    const value = sample[name];
    if (value !== undefined) text = text + spelledEntry(spelledName, value);
  }
  return `${text}}`;
}

/** Lengths in front of texts, so that no two values are spelled alike. */
function spelled(value: Value): string {
  if (value === null) return "n";
  if (typeof value === "string") return `s${value.length}:${value}`;
  if (typeof value === "bigint") return `i${value};`;
  if (typeof value === "number") return `f${Object.is(value, -0) ? "-0" : value};`;
  if (typeof value === "boolean") return value ? "T" : "F";
  if (value instanceof Uint8Array) return `b${value.length}:${Buffer.from(value).toString("latin1")}`;
  if (value instanceof Timestamp) return `e${value.seconds}.${value.nanoseconds};`;
  if (isValueList(value)) return `[${value.map(spelled).join("")}]`;
  return spelledInList(value);
}

function spelledMap(map: ValueMap): string {
  return `{${sortedNames(map)
    .map((name) => spelledEntry(spelledName(name), map.get(name) as Value))
    .join("")}}`;
}

function spelledEntry(spelledName: string, value: Value): string {
  if (!isValueMap(value)) return spelledName + spelled(value);
  const inner = spelledOnce(value);
  return inner === "{}" ? "" : spelledName + inner;
}

/** Metadata that is known to come again is spelled once. */
function spelledOnce(map: ValueMap): string {
  const notes = notesOf(map);
  if (notes === undefined) return spelledMap(map);
  notes.spelled ??= spelledMap(map);
  return notes.spelled;
}

/** Inside a list an empty map is spelled by every dialect, and so is signed. */
function spelledInList(map: ValueMap): string {
  return `{${sortedNames(map)
    .map((name) => spelledName(name) + spelled(map.get(name) as Value))
    .join("")}}`;
}

function sortedNames(map: ValueMap): readonly string[] {
  return Array.from(map.keys()).sort();
}

/** UTF-8 has no form for the mark of a name that was bytes. */
function spelledName(name: string): string {
  return spelled(bytesOfKey(name) ?? name);
}

const saidOfSamples = fieldNames.sample
  .filter((name) => !NOT_SAID.has(name))
  .sort()
  .map((name) => ({ name, spelled: spelledName(name) }));
