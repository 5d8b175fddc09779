import { contentDigest } from "../../../sample/content.ts";
import type { Event } from "../../../sample/sample.ts";
import { FORMAT, NewerFormat } from "../../format.ts";
import { fromRow, toRow } from "../../rows/record-row.ts";
import { attributeText, DamagedItem } from "./attributes.ts";
import {
  BODY_ATTRIBUTE,
  EVENTS_PARTITION,
  eventDayKey,
  eventPartition,
  FORMAT_ATTRIBUTE,
  keyNames,
  timeKey,
} from "./keys.ts";
import type { Item } from "./limits.ts";

export interface EventItems {
  readonly row: Item;
  /** Lets readers find the row's partition. */
  readonly day: Item;
}

/** The UTC day of a normalised time. */
export function dayOf(time: string): string {
  return time.slice(0, "2022-09-30".length);
}

/** An event as items, without an expiry. */
export function toEventItems(event: Event): EventItems {
  const day = dayOf(event.time);
  return {
    row: {
      [keyNames.partition]: { S: eventPartition(event.event_type, day) },
      [keyNames.sort]: { S: timeKey(event.time, event.message_id, contentDigest(event)) },
      [FORMAT_ATTRIBUTE]: { N: String(FORMAT) },
      [BODY_ATTRIBUTE]: { S: toRow(event) },
    },
    day: {
      [keyNames.partition]: { S: EVENTS_PARTITION },
      [keyNames.sort]: { S: eventDayKey(day, event.event_type) },
    },
  };
}

/** The event that a row was made from. */
export function fromEventRow(row: Item): Event {
  const format = row[FORMAT_ATTRIBUTE]?.N;
  if (format !== undefined && Number(format) !== FORMAT) throw new NewerFormat("a row in the samples table", format);
  const read = fromRow(attributeText(row, BODY_ATTRIBUTE));
  if (!read.ok || read.value.kind !== "event") throw new DamagedItem(row, BODY_ATTRIBUTE);
  return read.value;
}
