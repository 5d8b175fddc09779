import type { Event, MeteringRecord, Sample } from "./sample.ts";
import type { Value, ValueMap } from "./value.ts";

/** The wire's names of what stands in records, in the order in which we write it; of the signature and `extra` see below. */
export const fieldNames = {
  sample: [
    "source",
    "counter_name",
    "counter_type",
    "counter_unit",
    "counter_volume",
    "user_id",
    "user_name",
    "project_id",
    "project_name",
    "resource_id",
    "timestamp",
    "resource_metadata",
    "message_id",
    "monotonic_time",
    "publisher_id",
  ],
  event: ["message_id", "event_type", "generated", "traits", "raw"],
} as const satisfies { readonly sample: readonly (keyof Sample)[]; readonly event: readonly (keyof Event)[] };

/**
 * The message that a record was parsed from, signature included where it has one, from its stored fields alone: signing it
 * again in the record's dialect gives the same signature. Order of the top level is ours, which no dialect sees.
 */
export function toMessage(record: MeteringRecord): ValueMap {
  const message = new Map<string, Value>();
  for (const [name, value] of fieldsOf(record)) if (value !== undefined) message.set(name, value);
  for (const [name, value] of record.extra) message.set(name, value);
  if (record.message_signature !== null) message.set("message_signature", record.message_signature);
  return message;
}

function fieldsOf(record: MeteringRecord): readonly (readonly [name: string, value: Value | undefined])[] {
  return record.kind === "sample"
    ? fieldNames.sample.map((name) => [name, record[name]])
    : fieldNames.event.map((name) => [name, record[name]]);
}
