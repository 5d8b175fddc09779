import type { Event, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter, TimeRange } from "../driver.ts";
import { isBehind } from "./order.ts";

/** Whether a sample passes what is the same for all rows of its identity: time, meter, resource and place. */
export function matchesIdentity(sample: Sample, filter: SampleFilter): boolean {
  return (
    isWithin(sample.time, filter) &&
    (filter.meter === undefined || sample.counter_name === filter.meter) &&
    (filter.resource === undefined || sample.resource_id === filter.resource) &&
    isBehind(sample, filter.after)
  );
}

/** Whether a row is of the project that a filter names. */
export function matchesProject({ project_id }: Pick<Sample, "project_id">, project: SampleFilter["project"]): boolean {
  if (project === null) return project_id === null || project_id === "";
  return project === undefined || project_id === project;
}

/** Whether an event passes everything in a filter but its limit. */
export function matchesEvent(event: Event, filter: EventFilter): boolean {
  return (
    isWithin(event.time, filter) &&
    (filter.type === undefined || event.event_type === filter.type) &&
    isBehind(event, filter.after)
  );
}

function isWithin(time: string, { from, to }: TimeRange): boolean {
  return (from === undefined || time >= from) && (to === undefined || time < to);
}
