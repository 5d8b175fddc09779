import type { Value, ValueMap } from "../../sample/value.ts";

/** Those of the allowed names that a message has. */
export function extraFields(message: ValueMap, allowed: readonly string[]): ValueMap {
  if (allowed.length === 0) return NONE;
  const extra = new Map<string, Value>();
  for (const name of allowed) {
    const value = message.get(name);
    if (value !== undefined) extra.set(name, value);
  }
  return extra;
}

/** Nearly every record's. */
const NONE: ValueMap = new Map();
