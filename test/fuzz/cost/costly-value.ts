import { bytesKey, Timestamp, type Value, type ValueMap } from "../../../lib/sample/value.ts";
import type { Random } from "../../support/random.ts";

/** Makes a value of about so many bytes that costs as much as a stranger can think of. */
export type Costly = (bytes: number, random: Random) => Value;

/** What costs few bytes and may cost much. */
const LEAVES: readonly [Value, ...Value[]] = [
  null, false, true, 1n, -32n, 2n ** 64n - 1n, 1.5, 1e-300, -1.1754943508222875e-38, Number.NaN, "", "a", "é", "\u{10000}", "'\"\\",
  new Uint8Array(), Uint8Array.of(0, 255), new Timestamp(4_294_967_295n, 999_999_999), [], [[]], [null], new Map(),
  new Map([["", new Map()]]), new Map([["a", null]]), [new Map()], [new Map([["", ""]])],
]; // biome-ignore format: a table

const CHARACTERS: readonly [string, ...string[]] = [
  "a",
  "é",
  "\u0100",
  "日",
  "\u{10000}",
  "\u0001",
  "'",
  '"',
  "\\",
  "'\"",
  "\u2028",
];

function upTo(most: number, random: Random): number {
  // As often below a tenth as above.
  return 1 + random.integer(1 + Math.floor(most * 10 ** -random.integer(3)));
}

function longText(bytes: number, random: Random): string {
  const unit = random.pick(CHARACTERS);
  return unit.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(unit))));
}

/** A name: a number, whose hash anybody can tell; the shortest that is new; one with a long beginning. */
function namer(random: Random): (index: number) => string {
  switch (random.integer(6)) {
    case 0:
      return (index) => String((index + 1) * 1_024);
    case 1:
      return (index) => bytesKey(Buffer.from([index & 0xff, index >> 8]));
    case 2: {
      const front = longText(random.integer(40), random);
      return (index) => front + index.toString(36);
    }
    case 3:
      return (index) => String.fromCodePoint(0x1_0000 + index);
    default:
      return (index) => index.toString(36);
  }
}

function wide(entries: number, random: Random, value: (index: number) => Value): ValueMap {
  const name = namer(random);
  return new Map(Array.from({ length: entries }, (_, index) => [name(index), value(index)]));
}

/** The widest that is allowed, or a little wider. */
function width(bytes: number, random: Random): number {
  return Math.min(Math.floor(bytes / 4), random.chance(0.1) ? 2_049 : 2_048, upTo(2_048, random) * 2);
}

const longNamesAround: Costly = (bytes, random) => {
  const name = longText(bytes * random.pick([0.1, 0.3, 0.5, 0.7]), random);
  const maps = 1 + random.integer(8);
  const rest = Math.max(8, bytes - Buffer.byteLength(name));
  const leaf = random.pick(LEAVES);
  const inner = wide(maps, random, () => wide(width(rest / maps, random), random, () => leaf));
  return new Map<string, Value>([[name, inner]]);
};

const chain: Costly = (bytes, random) => {
  const depth = random.pick([3, 30, 120, 127, 200, 700]);
  const name = longText(Math.max(1, (bytes * random.pick([0.01, 0.3, 0.9])) / depth), random);
  const leaf = random.pick(LEAVES);
  const isList = random.chance(0.3);
  let value: Value = wide(width(bytes / 2, random), random, () => leaf);
  for (let level = 0; level < Math.min(depth, bytes / 3); level++) {
    if (isList) value = [value];
    else value = new Map<string, Value>(random.chance(0.5) ? [[name, value]] : [[name, value], ["b", leaf]]); // biome-ignore format: short
  }
  return value;
};

const manyItems: Costly = (bytes, random) => {
  const leaf = random.pick(LEAVES);
  const lists = 1 + Math.floor(bytes / 10_000);
  const items = Array.from({ length: Math.floor(Math.min(bytes, 9_999) / 2) }, () => leaf);
  return random.chance(0.5) ? Array.from({ length: lists }, () => items) : [items];
};

const mapsInList: Costly = (bytes, random) => {
  const each = random.pick([6, 60, 600, 10_000]);
  const leaf = random.pick(LEAVES);
  return Array.from({ length: Math.min(10_000, Math.ceil(bytes / each)) }, () =>
    wide(Math.min(2_048, Math.ceil(each / 5)), random, () => leaf),
  );
};

const escapes: Costly = (bytes, random) => {
  const text = longText(bytes, random);
  const value: Value = random.chance(0.3) ? new Uint8Array(Buffer.from(text)) : text;
  return random.chance(0.5) ? [value] : [[[value]], new Map([["a", value]])].slice(0, 1 + random.integer(2));
};

const digits: Costly = (bytes, random) =>
  Array.from({ length: Math.max(1, Math.min(200, Math.floor(bytes / 4_300))) }, () =>
    BigInt("9".repeat(random.pick([20, 4_299, 4_300]))),
  );

const kinds: readonly [Costly, ...Costly[]] = [
  longNamesAround, longNamesAround, chain, chain, manyItems, mapsInList, escapes, digits,
]; // biome-ignore format: a table

export const costlyValue: Costly = (bytes, random) => random.pick(kinds)(bytes, random);
