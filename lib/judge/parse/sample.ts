import { accept, type Result, reject } from "../../sample/rejection.ts";
import { counterTypes, type Sample } from "../../sample/sample.ts";
import type { ValueMap } from "../../sample/value.ts";
import { type DoubtCheck, graver, unknownNameCheck } from "./ambiguity.ts";
import { extraFields } from "./extra-fields.ts";
import { Fields } from "./fields.ts";
import { METADATA_BEGINNINGS, resourceCheck } from "./resource-bounds.ts";
import { secondRunCheck } from "./second-run.ts";
import type { Signed } from "./signed.ts";
import { spelledAlikeCheck } from "./spelled-alike.ts";
import { swallowCheck } from "./swallowed-names.ts";

const required = [
  "source",
  "counter_name",
  "counter_type",
  "counter_unit",
  "counter_volume",
  "user_id",
  "project_id",
  "resource_id",
  "timestamp",
  "message_id",
] as const;

/** `resource_metadata` has to be there, but an empty map leaves no mark in the signed text. */
const optional = ["resource_metadata", "monotonic_time", "user_name", "project_name", "publisher_id"] as const;

/**
 * Makes the parser of verified samples.
 *
 * @param allowed top-level names to accept beside those that Ceilometer's releases send
 * @returns a parser that answers `invalid-sample` or `ambiguous` with the field and its value
 */
export function sampleParser(allowed: readonly string[]): (message: ValueMap, signed: Signed) => Result<Sample> {
  const unknownName = unknownNameCheck({ required, optional: [...optional, ...allowed] });
  return (message, { dialect, signature }) => {
    const fields = new Fields(message);
    const sample: Sample = {
      kind: "sample",
      dialect,
      time: fields.time("timestamp"),
      source: fields.text("source"),
      counter_name: fields.key("counter_name"),
      counter_type: fields.oneOf("counter_type", counterTypes),
      counter_unit: fields.text("counter_unit"),
      counter_volume: fields.finiteNumber("counter_volume"),
      user_id: fields.textOrNull("user_id"),
      user_name: fields.optionalTextOrNull("user_name"),
      project_id: fields.textOrNull("project_id"),
      project_name: fields.optionalTextOrNull("project_name"),
      resource_id: fields.key("resource_id"),
      timestamp: String(message.get("timestamp")),
      resource_metadata: fields.mapOrNull("resource_metadata"),
      message_id: fields.key("message_id"),
      monotonic_time: fields.optionalNumberOrNull("monotonic_time"),
      publisher_id: fields.optionalTextOrNull("publisher_id"),
      message_signature: signature,
      extra: extraFields(message, allowed),
    };
    if (fields.problems.length > 0) return reject("invalid-sample", fields.problems.join("; "));
    const unknown = unknownName(message);
    if (unknown === undefined) return accept(Object.freeze(sample));
    // Raw bytes can be read in one way only, so that with signature v2 the name is merely not known.
    return reject(dialect === "v2" ? "invalid-sample" : "ambiguous", unknown);
  };
}

/** Makes the check of how else the text of a verified sample could be read. @param allowed as for `sampleParser` */
export function sampleDoubts(allowed: readonly string[]): DoubtCheck {
  const swallowed = swallowCheck({
    required,
    optional: [...optional, ...allowed],
    // A Swift container is part of the id of its resource, an instance's name part of the metadata.
    tenants: ["project_name", "resource_id", "resource_metadata", "user_name"],
    closed: ["counter_type", "counter_volume", "monotonic_time", "resource_metadata", "timestamp"],
    billed: ["counter_name", "counter_unit", "message_id", "project_id", "resource_id"],
    beginnings: new Map([["resource_metadata", METADATA_BEGINNINGS]]),
    elsewhere: ["source", "timestamp", "user_id"],
  });
  const secondRun = secondRunCheck(allowed);
  const resource = resourceCheck(allowed);
  return (message, text, dialect) => {
    const first = graver(swallowed(message, text, dialect), secondRun(message, text, dialect));
    if (first?.kind === "ambiguous") return first;
    return graver(first, graver(resource(message, text, dialect), spelledAlikeCheck(message, text, dialect)));
  };
}
