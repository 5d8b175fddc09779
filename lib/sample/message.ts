import type { Event, MeteringRecord, Sample } from "./sample.ts";
import type { Value, ValueMap } from "./value.ts";

/**
 * The message that a record was parsed from, signature included where it has one, from its stored fields alone: signing it
 * again in the record's dialect gives the same signature. Order of the top level is ours, which no dialect sees.
 */
export function toMessage(record: MeteringRecord): ValueMap {
  const fields = record.kind === "sample" ? sampleFields(record) : eventFields(record);
  const message = new Map<string, Value>();
  for (const [name, value] of [...fields, ...record.extra]) if (value !== undefined) message.set(name, value);
  if (record.message_signature !== null) message.set("message_signature", record.message_signature);
  return message;
}

function sampleFields(sample: Sample): readonly (readonly [name: string, value: Value | undefined])[] {
  return [
    ["source", sample.source],
    ["counter_name", sample.counter_name],
    ["counter_type", sample.counter_type],
    ["counter_unit", sample.counter_unit],
    ["counter_volume", sample.counter_volume],
    ["user_id", sample.user_id],
    ["user_name", sample.user_name],
    ["project_id", sample.project_id],
    ["project_name", sample.project_name],
    ["resource_id", sample.resource_id],
    ["timestamp", sample.timestamp],
    ["resource_metadata", sample.resource_metadata],
    ["message_id", sample.message_id],
    ["monotonic_time", sample.monotonic_time],
    ["publisher_id", sample.publisher_id],
  ];
}

function eventFields(event: Event): readonly (readonly [name: string, value: Value | undefined])[] {
  return [
    ["message_id", event.message_id],
    ["event_type", event.event_type],
    ["generated", event.generated],
    ["traits", event.traits],
    ["raw", event.raw],
  ];
}
