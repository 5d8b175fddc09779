import type { ValueList, ValueMap } from "../sample/value.ts";

/** Empty maps and lists are all the same one: a stranger may send a million of them, and one takes 200 bytes. */
export const EMPTY_MAP: ValueMap = new Map();
export const EMPTY_LIST: ValueList = Object.freeze([]);

/** Making a small integer costs more than finding it. */
export const SMALL_INTEGERS: readonly bigint[] = Array.from({ length: 0x100 }, (_, value) => BigInt(value));

export function integer(value: number | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  return value < SMALL_INTEGERS.length ? SMALL_INTEGERS[value] : BigInt(value);
}
