import type { Value, ValueMap } from "../../sample/value.ts";
import { ambiguous, type DoubtCheck } from "./ambiguity.ts";
import { spelledValue, startOf } from "./signed-text.ts";
import { parseTimestamp } from "./timestamp.ts";

/**
 * Finds a second run of `source`, `timestamp` and `user_id` in a sample's text.
 *
 * Tenants choose text on both sides of these: the end of `resource_id` and the metadata in front, `user_name` behind.
 * A tenant who writes `…sourcextimestamp2030user_idy` into one of them makes a publisher sign the names twice. Cut at
 * the tenant's, the genuine ones have to end up in what may hold anything: in front in the metadata, behind in
 * `user_name`. Both readings are possible, and differ in the time. Which one is genuine can't be told.
 */
export function secondRunCheck(allowed: readonly string[]): DoubtCheck {
  const run = runPattern(allowed);
  return (message, text, dialect) => {
    // Nearly all texts end here, with one search.
    if (allowed.length === 0 && isAlone(message, text)) return undefined;
    TIME.lastIndex = 0;
    if (!TIME.test(text) || !TIME.test(text)) return undefined;
    const own = startOf(NAME, message, text, dialect);
    const after = own + NAME.length + spelledValue(NAME, message.get(NAME) ?? "", dialect).length;
    const before = text.slice(text.indexOf("resource_id") + "resource_id".length, own);
    // One in front leaves the genuine run to a user_name that the tenant has to have written as well.
    if (hasRun(before, run, before.lastIndexOf("user_name")) || hasRun(text.slice(after), run, text.length)) {
      return ambiguous("source, timestamp and user_id stand in its text twice: its time is one of two");
    }
    return undefined;
  };
}

const NAME = "timestamp";
const TIME = /timestamp[0-9]{4}/g;
/** A part that begins with a letter which texts have few of: V8 finds it in half the time of the whole name. */
const RARE = "imesta";
const BEFORE_RARE = NAME.indexOf(RARE);

/** Whether the name stands in the text where the message has it, and nowhere else. */
function isAlone(message: ValueMap, text: string): boolean {
  const time = message.get(NAME);
  const user = message.get("user_id");
  const name = message.get("user_name");
  if (holdsName(user) || holdsName(name)) return false;
  const behind = name === undefined ? 0 : "user_name".length + lengthOf(name);
  const own = text.length - behind - lengthOf(user) - "user_id".length - lengthOf(time) - NAME.length;
  return text.indexOf(RARE) === own + BEFORE_RARE;
}

function holdsName(value: Value | undefined): boolean {
  return typeof value === "string" && value.includes(NAME);
}

/** The length of a field's text, or of Python's None. */
function lengthOf(value: Value | undefined): number {
  return typeof value === "string" ? value.length : "None".length;
}

/** A time can hold nothing that a name begins with, but for a name that a setting allows. */
function runPattern(allowed: readonly string[]): RegExp {
  const ends = ["user_id", ...allowed.filter((name) => name > NAME && name < "user_id")];
  return new RegExp(`timestamp([-0-9 .,:+TZ\\n]+)(?=${ends.map(escaped).join("|")})`, "gu");
}

function escaped(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** @param last the run has to begin before */
function hasRun(text: string, run: RegExp, last: number): boolean {
  // The id of a resource, which is never empty, ends at the first "source".
  const source = text.indexOf("source", 1);
  const userId = text.lastIndexOf("user_id");
  if (source === -1) return false;
  for (const { index, 1: time = "" } of text.matchAll(run)) {
    if (index > last || index > userId) return false;
    if (index >= source + "source".length && parseTimestamp(time) !== undefined) return true;
  }
  return false;
}
