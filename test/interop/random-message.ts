import { bytesKey, type Value, type ValueMap } from "../../lib/sample/value.ts";
import type { Random } from "../support/random.ts";

/** Text that spells, sorts or quotes in a special way in one language or the other. */
// biome-ignore format: a table
const PIECES = [
  "a", "cpu", "Z", "0", "10", "9", " ", ":", "'", '"', "\\", "\n", "\t", "\r", "\u0000", "\u001f", "\u007f", "\u0080",
  "\u0085", "\u00a0", "\u00ad", "é", "e\u0301", "ß", "\u0378", "\u200b", "\u2028", "\u2029", "\u202e", "\u3000", "中",
  "\ue000", "\ufeff", "\ufffd", "\uffff", "\u{10000}", "\u{10ffff}", "b'", "u'", "%s", "{}", "None", "message_signature",
  "counter_name", "monotonic_time", "resource_metadata:",
] as const;

// biome-ignore format: a table
const NAMES = [
  "source", "counter_name", "counter_type", "counter_unit", "counter_volume", "user_id", "project_id", "resource_id",
  "timestamp", "resource_metadata", "message_id", "monotonic_time",
] as const;

/** A map such as no publisher would send, but which its code could sign. */
export function randomMessage(random: Random): ValueMap {
  const message = new Map<string, Value>();
  for (const name of NAMES) if (random.chance(0.7)) message.set(name, randomValue(random, 0));
  if (random.chance(0.3)) message.set("message_signature", randomValue(random, 4));
  if (random.chance(0.5)) for (const [name, value] of randomMap(random, 0)) message.set(name, value);
  return message;
}

export function randomValue(random: Random, depth: number): Value {
  const nested = depth < 5 && random.chance(0.35);
  if (nested) return random.chance(0.5) ? randomMap(random, depth) : randomList(random, depth);
  const scalars = [
    randomText,
    randomText,
    randomFloat,
    randomFloat,
    randomInteger,
    randomBytes,
    randomConstant,
  ] as const;
  return random.pick(scalars)(random);
}

function randomMap(random: Random, depth: number): ValueMap {
  // Sixty names make the hash table of Python 2 grow three times.
  const size = random.chance(0.04) ? 60 : random.integer(6);
  const bytesNames = random.chance(0.1);
  const map = new Map<string, Value>();
  for (let entry = 0; entry < size; entry++) {
    const bytes = bytesNames !== random.chance(0.01);
    const name = bytes ? bytesKey(randomBytes(random)) : randomText(random) + (size > 6 ? entry : "");
    map.set(name, size > 6 ? randomConstant(random) : randomValue(random, depth + 1));
  }
  return map;
}

function randomList(random: Random, depth: number): Value[] {
  return Array.from({ length: random.integer(5) }, () => randomValue(random, depth + 1));
}

function randomConstant(random: Random): Value {
  return random.pick([null, true, false]);
}

export function randomText(random: Random): string {
  let text = "";
  for (let left = random.integer(4); left > 0; left--) {
    text += random.chance(0.15) ? randomCharacter(random) : random.pick(PIECES);
  }
  return random.chance(0.02) ? text.repeat(random.integer(60)) : text;
}

function randomCharacter(random: Random): string {
  const code = random.integer(random.chance(0.5) ? 0x3000 : 0x11_0000);
  return code >= 0xd800 && code < 0xe000 ? "?" : String.fromCodePoint(code);
}

/** Bytes that are text use only characters on which all versions of Unicode agree whether they print. */
function randomBytes(random: Random): Uint8Array {
  if (random.chance(0.7)) return Buffer.from(random.pick(PIECES) + random.pick(PIECES), "utf8");
  return Uint8Array.from({ length: random.integer(6) }, () => random.integer(256));
}

/** Within the 64 bits of msgpack, mostly near a power of two. */
export function randomInteger(random: Random): bigint {
  if (random.chance(0.3)) return BigInt(random.integer(300) - 150);
  const near = (1n << BigInt(random.integer(65))) + BigInt(random.integer(3) - 1);
  const signed = random.chance(0.4) ? -near : near;
  return signed < -(2n ** 63n) ? -(2n ** 63n) : signed >= 2n ** 64n ? 2n ** 64n - 1n : signed;
}

export function randomFloat(random: Random): number {
  const magnitude = random.pick(FLOATS)(random);
  return random.chance(0.3) ? -magnitude : magnitude;
}

/** The spellings differ at 1e-5, 1e-4, 1e11, 1e16 and 1e21, and in how the twelfth digit is rounded. */
const FLOATS: readonly [(random: Random) => number, ...((random: Random) => number)[]] = [
  anyFloat,
  (random) =>
    random.pick([0, 1, 100, 0.1, 5e-324, 2 ** -1022, Number.MAX_VALUE, 1e16, 1e22, 1e21, 2 ** 53, Infinity, NaN]),
  (random) => Number(`${1 + random.integer(99)}e${random.integer(40) - 12}`),
  (random) => Number(`${random.bits(32)}${random.integer(1000)}e${random.integer(30) - 20}`),
  // Thirteen digits of which the last is a 5 that binary holds exactly: a tie.
  (random) => twelveDigits(random) + 0.5,
  (random) => twelveDigits(random) * 10 + 5,
  (random) => Math.floor(twelveDigits(random) / 10) + random.pick([0.25, 0.75]),
  (random) => Number(`9.99999999999${random.integer(10)}${random.integer(10)}e${random.integer(40) - 20}`),
];

function anyFloat(random: Random): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(random.bits(64) & 0x7fff_ffff_ffff_ffffn);
  return bytes.readDoubleBE(0);
}

function twelveDigits(random: Random): number {
  return 1e11 + Number(random.bits(64) % 900_000_000_000n);
}
