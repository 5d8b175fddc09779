import type { EventIdentity, SampleIdentity } from "../../sample/identity.ts";

type Problem = { readonly problem: string };

/** A later version may need more to tell a place. */
const VERSION = 1;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

const NOT_ONE: Problem = {
  problem:
    '--after: not a place in this list: give what a list before it ended with, as "next" or behind "more: --after"',
};

/** The place of a record in its list, for a command line. What it is made of is nobody's business. */
export function toCursor(place: SampleIdentity | EventIdentity): string {
  const { kind, time, message_id } = place;
  const rest = place.kind === "sample" ? [place.counter_name, place.resource_id] : [place.event_type];
  return Buffer.from(JSON.stringify({ v: VERSION, [kind]: [time, message_id, ...rest] })).toString("base64url");
}

/** Also of meters and resources, which are read from samples. */
export function parseSampleCursor(text: string): SampleIdentity | Problem {
  const places = placesIn(text);
  if ("problem" in places) return places;
  const [time, message_id, counter_name, resource_id] = places.sample;
  if (time === undefined || message_id === undefined || counter_name === undefined || resource_id === undefined) {
    return places.event.length > 0
      ? { problem: "--after: a place in a list of events, and no other list has it" }
      : NOT_ONE;
  }
  return { kind: "sample", time, message_id, counter_name, resource_id };
}

export function parseEventCursor(text: string): EventIdentity | Problem {
  const places = placesIn(text);
  if ("problem" in places) return places;
  const [time, message_id, event_type] = places.event;
  if (time === undefined || message_id === undefined || event_type === undefined) {
    return places.sample.length > 0
      ? { problem: "--after: a place in a list of samples, and events have none of it" }
      : NOT_ONE;
  }
  return { kind: "event", time, message_id, event_type };
}

interface Places {
  readonly sample: readonly string[];
  readonly event: readonly string[];
}

function placesIn(text: string): Places | Problem {
  const value = BASE64URL.test(text) ? parsed(Buffer.from(text, "base64url").toString("utf8")) : undefined;
  if (typeof value !== "object" || value === null || !("v" in value)) return NOT_ONE;
  if (value.v !== VERSION) return { problem: "--after: of another version of countersign: begin without it" };
  return {
    sample: "sample" in value ? placeIn(value.sample) : [],
    event: "event" in value ? placeIn(value.event) : [],
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** @returns nothing of what is no place */
function placeIn(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  return TIME.test(texts[0] ?? "") ? texts : [];
}
