import { accept, type Result, reject } from "../../sample/rejection.ts";
import type { Event, Trait } from "../../sample/sample.ts";
import { isValueList, type Value, type ValueMap } from "../../sample/value.ts";
import { ambiguityCheck, type NameRules, unknownNameCheck } from "./ambiguity.ts";
import { extraFields } from "./extra-fields.ts";
import { Fields } from "./fields.ts";
import type { Signed } from "./signed.ts";

const required = ["event_type", "generated", "message_id", "traits"] as const;

/** Made of: none, text, integer, float, date and time. */
const MAX_TRAIT_TYPE = 4n;

/** Makes the parser of verified events; like `sampleParser`. */
export function eventParser(allowed: readonly string[]): (message: ValueMap, signed: Signed) => Result<Event> {
  const rules: NameRules = { required, optional: ["raw", ...allowed] };
  const unknownName = unknownNameCheck(rules);
  const ambiguous = ambiguityCheck(rules);
  return (message, { dialect, signature }) => {
    const fields = new Fields(message);
    const event: Event = {
      kind: "event",
      dialect,
      time: fields.time("generated"),
      message_id: fields.key("message_id"),
      event_type: fields.key("event_type"),
      generated: String(message.get("generated")),
      traits: traits(message.get("traits"), fields),
      raw: fields.optionalMapOrNull("raw"),
      message_signature: signature,
      extra: extraFields(message, allowed),
    };
    if (fields.problems.length > 0) return reject("invalid-sample", fields.problems.join("; "));
    const unknown = unknownName(message);
    if (dialect === "v2")
      return unknown === undefined ? accept(Object.freeze(event)) : reject("invalid-sample", unknown);
    const problem = unknown ?? ambiguous(message);
    return problem === undefined ? accept(Object.freeze(event)) : reject("ambiguous", problem);
  };
}

function traits(value: Value | undefined, fields: Fields): readonly Trait[] {
  if (!isValueList(value)) return fields.refuse("traits", "a list", value, []);
  const all: Trait[] = [];
  for (const item of value) {
    const trait = toTrait(item);
    if (trait === undefined) return fields.refuse("traits", "a list of [name, type 0 to 4, value]", item, []);
    all.push(trait);
  }
  return all;
}

function toTrait(item: Value): Trait | undefined {
  if (!isValueList(item) || item.length !== 3) return undefined;
  const [name, dtype, value] = item;
  const known = typeof dtype === "bigint" && dtype >= 0n && dtype <= MAX_TRAIT_TYPE;
  return typeof name === "string" && known && value !== undefined ? [name, dtype, value] : undefined;
}
