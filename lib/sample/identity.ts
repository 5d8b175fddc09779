import type { Event, Sample } from "./sample.ts";

/** What of a sample makes two deliveries the same. */
export type SampleIdentity = Pick<Sample, "kind" | "counter_name" | "resource_id" | "time" | "message_id">;
export type EventIdentity = Pick<Event, "kind" | "event_type" | "time" | "message_id">;

/**
 * The fields that two deliveries of the same record agree in: (meter, resource, time, message id) of a sample,
 * (type, time, message id) of an event. The same in every storage, query and saved SQL.
 */
export function identity(record: SampleIdentity | EventIdentity): string {
  return record.kind === "sample"
    ? `["sample",${quoted(record.counter_name)},${quoted(record.resource_id)},"${record.time}",${quoted(record.message_id)}]`
    : `["event",${quoted(record.event_type)},"${record.time}",${quoted(record.message_id)}]`;
}

/** Faster for each text than for a list of them. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
