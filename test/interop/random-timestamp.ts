import type { Random } from "../support/random.ts";

/** A text that is a time, nearly a time, or was one before a character was changed. */
export function randomTimestamp(random: Random): string {
  let text = year(random);
  for (const part of [month, day, time, zone]) {
    if (random.chance(0.07)) break;
    text += part(random);
  }
  if (random.chance(0.05)) text += random.pick(["\n", "\n\n", " ", "\r\n", "\u0000"]);
  return random.chance(0.7) ? text : changed(random, text);
}

function year(random: Random): string {
  return random.pick(["2014", "2024", "2023", "1900", "2000", "0001", "9999", "0000", "0099", "1969", "1970"]);
}

function month(random: Random): string {
  const number = random.chance(0.9) ? 1 + random.integer(12) : random.integer(15);
  return random.pick(["-", "-", ""]) + digits(random, number);
}

function day(random: Random): string {
  const number = random.chance(0.6) ? 1 + random.integer(26) : random.integer(33);
  return random.pick(["-", "-", ""]) + digits(random, number);
}

function time(random: Random): string {
  let text = random.pick(["T", "T", " "]) + digits(random, random.integer(random.chance(0.9) ? 24 : 26));
  if (random.chance(0.1)) return text;
  text += random.pick([":", ":", ""]) + digits(random, random.integer(random.chance(0.9) ? 60 : 62));
  if (random.chance(0.2)) return text;
  text += random.pick([":", ":", ""]) + digits(random, random.integer(random.chance(0.9) ? 60 : 62));
  if (random.chance(0.4)) return text;
  // Beyond 28 digits the original begins to round; we refuse those.
  const fraction = String(random.bits(96)).slice(0, 1 + random.integer(26));
  return text + random.pick([".", ","]) + (random.chance(0.1) ? "9".repeat(fraction.length) : fraction);
}

function zone(random: Random): string {
  const offset = random.pick(["+", "-"]) + digits(random, random.integer(random.chance(0.8) ? 15 : 30));
  const minutes = random.pick([":", ""]) + digits(random, random.integer(random.chance(0.8) ? 60 : 100));
  return random.pick(["", "Z", offset, offset + minutes, `${offset}:`]);
}

function digits(random: Random, number: number): string {
  return random.chance(0.95) ? String(number).padStart(2, "0") : String(number);
}

const INTRUDERS = "0123456789-:.,+TtZzW /\n\u0660\uff11\u2212\u00a0eE".split("") as [string, ...string[]];

function changed(random: Random, text: string): string {
  const at = random.integer(text.length + 1);
  const kept = text.slice(at + random.integer(2));
  return text.slice(0, at) + (random.chance(0.6) ? random.pick(INTRUDERS) : "") + kept;
}
