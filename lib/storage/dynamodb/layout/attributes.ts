import { isValueMap, type Value, type ValueMap } from "../../../sample/value.ts";
import { fromExactJson } from "../../../wire/exact-json.ts";
import type { DecodeLimits } from "../../../wire/limits.ts";
import { keyNames } from "./keys.ts";
import type { Item } from "./limits.ts";

/** An item in our tables that this driver did not write so. */
export class DamagedItem extends Error {
  constructor(item: Item, attribute: string) {
    const key = [item[keyNames.partition]?.S, item[keyNames.sort]?.S];
    super(`the item ${JSON.stringify(key)} has no readable ${attribute}: was it written by something else?`);
  }
}

export function attributeText(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw new DamagedItem(item, name);
  return text;
}

export function attributeBytes(item: Item, name: string): Uint8Array {
  const bytes = item[name]?.B;
  if (bytes === undefined) throw new DamagedItem(item, name);
  return bytes;
}

export function oneOf<Choice extends string>(choices: readonly Choice[], item: Item, name: string): Choice {
  const text = attributeText(item, name);
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw new DamagedItem(item, name);
  return choice;
}

/** Stored values kept their receiver's limits already; here only depth has to be bounded, because the reader recurses. */
const storedLimits: DecodeLimits = {
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxDepth: 512,
  maxMapLength: Number.MAX_SAFE_INTEGER,
  maxArrayLength: Number.MAX_SAFE_INTEGER,
  maxStringLength: Number.MAX_SAFE_INTEGER,
  maxIntegerDigits: Number.MAX_SAFE_INTEGER,
};

export function exactValue(item: Item, name: string): Value {
  const decoded = fromExactJson(attributeText(item, name), storedLimits);
  if (!decoded.ok) throw new DamagedItem(item, name);
  return decoded.value;
}

export function exactMap(item: Item, name: string): ValueMap {
  const value = exactValue(item, name);
  if (!isValueMap(value)) throw new DamagedItem(item, name);
  return value;
}
