import { accept, type Result, reject } from "../../sample/rejection.ts";
import type { Event, Trait } from "../../sample/sample.ts";
import { isValueList, type Value, type ValueMap } from "../../sample/value.ts";
import { type DoubtCheck, unknownNameCheck } from "./ambiguity.ts";
import { extraFields } from "./extra-fields.ts";
import { Fields } from "./fields.ts";
import type { Signed } from "./signed.ts";
import { swallowCheck } from "./swallowed-names.ts";

const required = ["event_type", "generated", "message_id", "traits"] as const;

/** Made of: none, text, integer, float, date and time. */
const MAX_TRAIT_TYPE = 4n;

/** Makes the parser of verified events; like `sampleParser`. */
export function eventParser(allowed: readonly string[]): (message: ValueMap, signed: Signed) => Result<Event> {
  const unknownName = unknownNameCheck({ required, optional: ["raw", ...allowed] });
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
    if (unknown === undefined) return accept(Object.freeze(event));
    return reject(dialect === "v2" ? "invalid-sample" : "ambiguous", unknown);
  };
}

/**
 * Makes the check of how else the text of a verified event could be read. All that a tenant can write stands behind
 * what makes its identity: `raw` and the values of traits. A list can't be cut, as it has to end where the text does.
 */
export function eventDoubts(allowed: readonly string[]): DoubtCheck {
  return swallowCheck({
    required,
    optional: ["raw", ...allowed],
    tenants: ["raw", "traits"],
    closed: ["generated", "raw", "traits"],
    billed: ["event_type", "message_id"],
    beginnings: new Map([
      ["raw", [":", "None"]],
      ["traits", ["["]],
    ]),
    elsewhere: [],
  });
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
