import { randomBytes } from "node:crypto";
import type { Event, MeteringRecord, Sample } from "../sample/sample.ts";

/** The signatures that were met last, with the identity that each was met with: the net below the rules against re-cuts. */
export interface RecentSignatures {
  /** @returns whether the same signature was met with another identity. That one is remembered, not this. */
  differs(signature: string, record: MeteringRecord): boolean;
  /** The memory of the whole table, whatever is met. */
  readonly bytes: number;
}

/** Some minutes of a busy collector; 768 KiB. A power of two. */
const PLACES = 65_536;
/** The words of a place: two of the signature, and one for the position of the identity. */
const WORDS = 3;

/**
 * Direct-mapped cache: a place per beginning of a signature, and a newcomer drives out the one that was there. Nothing
 * grows, and nothing of a message is kept alive.
 *
 * Of a signature's 32 bytes eight are compared, which no two share by accident, nor on purpose without the secret. Messages
 * with one signature have one text, so the position of the identity in that text says which one it is, and no text has to
 * be hashed.
 */
export function createRecentSignatures(places = PLACES): RecentSignatures {
  const table = new Uint32Array(places * WORDS);
  // Of this process alone, or a tenant could choose two identities that are mixed to the same.
  const seed = randomBytes(4).readUInt32LE() | 1;

  return {
    bytes: table.byteLength,
    differs(signature, record) {
      const one = word(signature, 0);
      const two = word(signature, 8);
      const at = (one & (places - 1)) * WORDS;
      const place = record.kind === "sample" ? placeOfSample(record, seed) : placeOfEvent(record, seed);
      if (table[at] === one && table[at + 1] === two) return table[at + 2] !== place;
      table[at] = one;
      table[at + 1] = two;
      table[at + 2] = place;
      return false;
    },
  };
}

/** Eight hexadecimal digits. */
function word(digits: string, start: number): number {
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const unit = digits.charCodeAt(at);
    value = (value << 4) | (unit < 0x40 ? unit - 0x30 : unit - 0x57);
  }
  return value >>> 0;
}

/** Lengths of what stands in front, between and behind; numbers can't be cut elsewhere, and metadata takes the rest. */
function placeOfSample(sample: Sample, seed: number): number {
  const { project_name: project, publisher_id: publisher, user_name: user } = sample;
  const front = sample.counter_name.length;
  const toMessage = sample.counter_type.length + sample.counter_unit.length;
  const toResource = lengthOf(sample.project_id) + named("project_name", project) + named("publisher_id", publisher);
  const behind = lengthOf(sample.user_id) + named("user_name", user);
  let mixed = mix(mix(mix(seed, front, seed), toMessage, seed), sample.message_id.length, seed);
  mixed = mix(mix(mixed, toResource + extraLength(sample, "resource_id"), seed), sample.resource_id.length, seed);
  return mix(mix(mixed, sample.timestamp.length, seed), behind + extraLength(sample), seed) >>> 0;
}

function placeOfEvent(event: Event, seed: number): number {
  const front = mix(mix(seed, event.event_type.length, seed), event.generated.length, seed);
  return mix(front, event.message_id.length, seed) >>> 0;
}

function mix(mixed: number, length: number, seed: number): number {
  const next = Math.imul(mixed ^ (length + 1), seed);
  return next ^ (next >>> 15);
}

function lengthOf(text: string | null): number {
  return text === null ? "None".length : text.length;
}

function named(name: string, text: string | null | undefined): number {
  return text === undefined ? 0 : name.length + lengthOf(text);
}

/** The length of the allowed fields that are text. @param before only of those whose names sort before */
function extraLength({ extra }: Sample, before = "\uffff"): number {
  // Nearly all have none, and a loop over none takes longer than all else here.
  if (extra.size === 0) return 0;
  let length = 0;
  for (const [name, value] of extra)
    if (name < before && typeof value === "string") length += name.length + value.length;
  return length;
}
