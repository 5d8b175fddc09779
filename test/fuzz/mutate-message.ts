import { isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import type { Random } from "../support/random.ts";
import { oddName, oddValue, plausibleValue } from "./odd-value.ts";
import { emptied, joined, moved, nested, shifted, split, unnested } from "./recut.ts";

export interface MutatedMessage {
  readonly mutation: string;
  readonly message: Map<string, Value>;
}

/** Changes one to four things in a message, at the top or inside its maps; the original stays as it was. */
export function mutateMessage(message: ValueMap, random: Random): MutatedMessage {
  const mutated = new Map(message);
  const first = random.pick(operations);
  first.apply(someMap(mutated, random), random);
  while (random.chance(0.25)) random.pick(operations).apply(someMap(mutated, random), random);
  return { mutation: `fields: ${first.name}`, message: mutated };
}

interface Operation {
  readonly name: string;
  readonly apply: (map: Map<string, Value>, random: Random) => void;
}

const operations: readonly [Operation, ...Operation[]] = [
  { name: "odd value", apply: onField((map, name, _value, random) => void map.set(name, oddValue(random))) },
  {
    name: "plausible value",
    apply: onField((map, name, value, random) => {
      if (!isValueMap(value)) map.set(name, plausibleValue(name, random));
    }),
  },
  { name: "removed", apply: onField((map, name) => void map.delete(name)) },
  {
    name: "renamed",
    apply: onField((map, name, value, random) => {
      map.delete(name);
      map.set(random.chance(0.5) ? oddName(random) : edited(name, random), value);
    }),
  },
  { name: "added", apply: (map, random) => void map.set(oddName(random), oddValue(random)) },
  {
    name: "swapped",
    apply: onField((map, name, value, random) => {
      const other = someName(map, random);
      if (other === undefined) return;
      map.set(name, map.get(other) ?? null);
      map.set(other, value);
    }),
  },
  { name: "other type", apply: onField((map, name, value, random) => void map.set(name, retyped(value, random))) },
  {
    name: "as its own text",
    apply: onField((map, name, value) => {
      const text = canonicalText(new Map([["", value]]), "py3");
      if (text.kind === "text" && text.text.length < MAX_TEXT) map.set(name, text.text);
    }),
  },
  {
    name: "text edited",
    apply: onField((map, name, value, random) => {
      if (typeof value === "string") map.set(name, edited(value, random));
    }),
  },
  { name: "re-cut, joined to the one before", apply: joined },
  { name: "re-cut, split in two", apply: onField(split) },
  { name: "re-cut, between name and value", apply: onField(shifted) },
  { name: "re-cut, to the end of another", apply: onField(moved) },
  { name: "put into a map", apply: onField(nested) },
  { name: "taken out of its map", apply: onField(unnested) },
  { name: "empty map", apply: emptied },
];

/** What a mutation makes longer stays below this, in characters. */
const MAX_TEXT = 100_000;

type FieldOperation = (map: Map<string, Value>, name: string, value: Value, random: Random) => void;

function onField(apply: FieldOperation): Operation["apply"] {
  return (map, random) => {
    const name = someName(map, random);
    if (name !== undefined) apply(map, name, map.get(name) ?? null, random);
  };
}

/** Rarely the signature itself: without a whole one, nothing else is looked at. */
function someName(map: ValueMap, random: Random): string | undefined {
  const names = Array.from(map.keys());
  const name = names[random.integer(names.length)];
  return name === "message_signature" && random.chance(0.9) ? names[random.integer(names.length)] : name;
}

/** The message, or a copy of one of its maps that has taken the place of the original. */
function someMap(message: Map<string, Value>, random: Random): Map<string, Value> {
  let map = message;
  while (random.chance(0.45)) {
    const inner = Array.from(map).filter(([, value]) => isValueMap(value));
    const [name, value] = inner[random.integer(inner.length)] ?? [];
    if (name === undefined || !isValueMap(value)) break;
    const copy = new Map(value);
    map.set(name, copy);
    map = copy;
  }
  return map;
}

function retyped(value: Value, random: Random): Value {
  if (typeof value === "string") {
    if (random.chance(0.5)) return new Uint8Array(Buffer.from(value, "utf8"));
    const number = Number(value);
    return Number.isInteger(number) && random.chance(0.5) ? BigInt(number) : number;
  }
  if (typeof value === "bigint") return random.pick<Value>([Number(value), String(value), value !== 0n]);
  if (typeof value === "number") return Number.isFinite(value) ? BigInt(Math.trunc(value)) : String(value);
  if (typeof value === "boolean") return random.pick<Value>([value ? 1n : 0n, value ? "True" : "False"]);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  return random.pick<Value>([[value], new Map([["0", value]]), null]);
}

/** One character more, less or other. */
function edited(text: string, random: Random): string {
  const characters = Array.from(text.slice(0, MAX_TEXT));
  const at = random.integer(characters.length + 1);
  const inserted = random.pick(["", "a", "0", " ", ":", "\u00e9", "\u{1f600}", "\u0000"]);
  characters.splice(at, random.integer(2), inserted);
  return characters.join("");
}
