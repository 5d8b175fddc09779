import type { Random } from "../support/random.ts";
import { randomFloat, randomInteger, randomText } from "./random-message.ts";

/** A JSON text, in one of the many spellings of its value; every second one damaged. */
export function randomJson(random: Random): string {
  const text = gap(random) + spelledValue(random, 0) + gap(random);
  return random.chance(0.5) ? text : damaged(random, text);
}

function spelledValue(random: Random, depth: number): string {
  const kind = random.integer(depth < 4 ? 9 : 6);
  if (kind < 2) return spelledNumber(random);
  if (kind < 4) return spelledText(random);
  if (kind === 4) return random.pick(["null", "true", "false", "NaN", "Infinity", "-Infinity"]);
  if (kind === 5) return random.pick(["{}", "[]", "{ }", "[\n]", '""']);
  const items = Array.from({ length: random.integer(5) }, () => {
    const value = gap(random) + spelledValue(random, depth + 1) + gap(random);
    // Names come from few, so that some come twice.
    const name = random.chance(0.5) ? random.pick(['"a"', '"\\u0061"', '"$"', '"$float"']) : spelledText(random);
    return kind === 6 ? value : [gap(random), name, gap(random), ":", value].join("");
  });
  return kind === 6 ? `[${items.join(",")}]` : `{${items.join(",")}}`;
}

function spelledNumber(random: Random): string {
  switch (random.integer(8)) {
    case 0:
      return String(randomInteger(random));
    case 1:
      return String(randomInteger(random) * randomInteger(random) * randomInteger(random));
    case 2:
      return random.pick([
        "-0",
        "-0.0",
        "0.0",
        "1.0",
        "1e400",
        "-1E400",
        "1e-400",
        "4.9e-324",
        "2.4703282292062328e-324",
      ]);
    case 3:
      return `${random.integer(100)}${random.pick(["e", "E"])}${random.pick(["", "+", "-"])}0${random.integer(40)}`;
    case 4:
      return `${randomInteger(random)}.${random.bits(96)}`;
    case 5:
      return random.chance(0.1) ? `-${"7".repeat(4299 + random.integer(3))}` : "12345678901234567890123";
    default:
      return JSON.stringify(randomFloat(random)).replace("null", "NaN");
  }
}

function spelledText(random: Random): string {
  const units = Array.from(randomText(random), (character) => {
    const plain = JSON.stringify(character).slice(1, -1);
    return random.chance(0.2) ? escaped(random, character) : plain;
  });
  return `"${units.join("")}"`;
}

function escaped(random: Random, character: string): string {
  return Array.from({ length: character.length }, (_, unit) => {
    const hex = character.charCodeAt(unit).toString(16).padStart(4, "0");
    return `\\u${random.chance(0.5) ? hex : hex.toUpperCase()}`;
  }).join("");
}

function gap(random: Random): string {
  return random.chance(0.8) ? "" : random.pick([" ", "\n", "\t", "\r", " \n "]);
}

const INTRUDERS = [
  ..."{}[],:\"'\\0123456789eE+-._/xutfnlNIya \t\n\r",
  "\u000b", "\u000c", "\u0000", "\u00a0", "\u2028", "\ufeff", "\u0660", "\uff11",
  "\\u", "\\ud800", "\\udc00", "\\/", "\\x41", "NaN", "Infinity", "nan", "-", "--", "00", "1_0", ",,", "//",
]; // biome-ignore format: a table

function damaged(random: Random, text: string): string {
  let characters = Array.from(text);
  for (let left = 1 + random.integer(2); left > 0; left--) {
    const at = random.integer(characters.length + 1);
    const intruder = INTRUDERS[random.integer(INTRUDERS.length)] ?? "";
    if (random.chance(0.1)) characters = characters.slice(0, at);
    else if (random.chance(0.4)) characters.splice(at, 1 + random.integer(2));
    else characters.splice(at, random.integer(2), intruder);
  }
  return characters.join("");
}
