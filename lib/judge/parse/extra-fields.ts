import type { Value, ValueMap } from "../../sample/value.ts";

/** Those of the allowed names that a message has. */
export function extraFields(message: ValueMap, allowed: readonly string[]): ValueMap {
  const extra = new Map<string, Value>();
  for (const name of allowed) {
    const value = message.get(name);
    if (value !== undefined) extra.set(name, value);
  }
  return extra;
}
