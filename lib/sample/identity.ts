import type { MeteringRecord } from "./sample.ts";

/**
 * The fields that two deliveries of the same record agree in: (meter, resource, time, message id) of a sample,
 * (type, time, message id) of an event. The same in every storage, query and saved SQL.
 */
export function identity(record: MeteringRecord): string {
  return record.kind === "sample"
    ? JSON.stringify(["sample", record.counter_name, record.resource_id, record.time, record.message_id])
    : JSON.stringify(["event", record.event_type, record.time, record.message_id]);
}
