import { isValueMap, type Value, type ValueMap } from "../../../lib/sample/value.ts";
import { toExactJson } from "../../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../../lib/wire/msgpack-writer.ts";
import { plainSample } from "../../support/messages.ts";
import { type Random, seededRandom } from "../../support/random.ts";
import { costlyValue } from "./costly-value.ts";

/** What a stranger sends. */
export type Input =
  | { readonly listener: "udp" | "tcp"; readonly bytes: Buffer }
  | { readonly listener: "queue"; readonly text: string };

export function sizeOf(input: Input): number {
  return input.listener === "queue" ? Buffer.byteLength(input.text) : input.bytes.length;
}

/** The same for the same seed and index. */
export function costlyInput(seed: number, index: number): Input {
  const random = seededRandom(seed ^ Math.imul(index + 1, 0x9e37_79b1));
  const share = random.integer(100);
  if (share < 55) return { listener: "udp", bytes: datagram(random) };
  if (share < 75)
    return { listener: "tcp", bytes: spoilt(packed(message(sizeUpTo(1_000_000, random), random)), random) };
  return { listener: "queue", text: body(random) };
}

/** Most are small, and few as large as may be: a run of 200,000 may not take a day. */
function sizeUpTo(most: number, random: Random): number {
  const largest = random.chance(0.05) ? most : Math.min(most, 60_000);
  return Math.floor(largest * 10 ** -(random.integer(3_500) / 1_000));
}

function datagram(random: Random): Buffer {
  for (;;) {
    const bytes = packed(message(sizeUpTo(64_000, random), random));
    if (bytes.length <= 65_536) return spoilt(bytes, random);
  }
}

function packed(value: Value): Buffer {
  try {
    return encodeMsgpack(value);
  } catch {
    // msgpack has no such integers.
    return encodeMsgpack(new Map([["message_signature", "0".repeat(64)]]));
  }
}

/** Now and then cut off, or with one byte changed. */
function spoilt(bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.9) || bytes.length === 0) return bytes;
  if (random.chance(0.5)) return bytes.subarray(0, random.integer(bytes.length));
  const changed = Buffer.from(bytes);
  changed[random.integer(bytes.length)] = random.integer(256);
  return changed;
}

function message(bytes: number, random: Random): ValueMap {
  const costly = costlyValue(bytes, random);
  const map = new Map<string, Value>(random.chance(0.5) ? Object.entries(plainSample) : []);
  if (isValueMap(costly) && random.chance(0.3)) for (const [name, value] of costly) map.set(name, value);
  else map.set(random.pick(["resource_metadata", "a", "counter_volume", "message_id"]), costly);
  return map.set("message_signature", "0".repeat(64));
}

function body(random: Random): string {
  const size = sizeUpTo(900_000, random);
  const count = random.pick([1, 1, 3, 20, 500]);
  const messages = Array.from({ length: count }, () => message(size / count, random));
  const list = random.pick<readonly Value[] | ValueMap>([
    messages,
    new Map<string, Value>([
      ["event_type", "metering"],
      ["payload", messages],
    ]),
    new Map<string, Value>([
      ["method", "record"],
      ["args", new Map([["data", messages]])],
    ]),
  ]);
  let text = random.chance(0.2) ? packed(list).toString("base64") : escaped(toExactJson(list), random);
  for (let around = random.integer(4); around > 1 && text.length < 400_000; around--) {
    text = JSON.stringify(
      random.chance(0.5) ? { "oslo.version": "2.0", "oslo.message": text } : { Type: "Notification", Message: text },
    );
  }
  if (random.chance(0.95)) return text;
  return text.slice(0, random.integer(text.length + 1));
}

/** JSON can write any letter in six characters. */
function escaped(json: string, random: Random): string {
  if (json.length > 150_000 || random.chance(0.9)) return json;
  return json.replace(/a/g, "\\u0061");
}
