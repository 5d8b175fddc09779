import type { Dialect } from "../../sample/sample.ts";
import type { Value, ValueMap } from "../../sample/value.ts";
import { canonicalText } from "../../signature/legacy/canonical-text.ts";

/** The position in a message's canonical text at which the first field at or after this name begins. */
export function startOf(name: string, message: ValueMap, text: string, dialect: Dialect): number {
  const rest = new Map<string, Value>();
  for (const [other, value] of message) if (other >= name) rest.set(other, value);
  return text.length - spelled(rest, dialect).length;
}

/** The part of the canonical text that a field has behind its name, whatever its type; of a map all names and values. */
export function spelledValue(name: string, value: Value, dialect: Dialect): string {
  return typeof value === "string" ? value : spelled(new Map([[name, value]]), dialect).slice(name.length);
}

/** Fields are spelled one by one, so what was signed as a part of a message can be spelled alone. */
function spelled(fields: ValueMap, dialect: Dialect): string {
  const canonical = canonicalText(fields, dialect);
  return canonical.kind === "text" ? canonical.text : "";
}
