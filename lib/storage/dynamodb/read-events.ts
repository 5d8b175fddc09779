import type { Event } from "../../sample/sample.ts";
import type { EventFilter } from "../driver.ts";
import type { Copies } from "../rows/contents.ts";
import { justAfter, timesBehind } from "../rows/order.ts";
import { behind, byFirst, wholeInstants } from "./instants.ts";
import { attributeText } from "./layout/attributes.ts";
import { dayOf, fromEventRow } from "./layout/event-items.ts";
import { EVENTS_PARTITION, eventPartition, keyNames, parseEventDayKey } from "./layout/keys.ts";
import { merged } from "./merge-pages.ts";
import { pageSizeFor } from "./page-size.ts";
import { allOf, queryDescending } from "./pages.ts";
import type { ReadFrom } from "./read.ts";

/** Newest first. Days don't overlap, so only the types of one day have to be merged. */
export async function* readEvents(from: ReadFrom, filter: EventFilter): AsyncGenerator<Event> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for await (const copies of eventsByDay(from, filter)) {
    yield* copies;
    left -= 1;
    if (left <= 0) return;
  }
}

async function* eventsByDay(from: ReadFrom, filter: EventFilter): AsyncGenerator<Copies<Event>> {
  let day: string | undefined;
  let types: string[] = [];
  for await (const entry of eventDays(from, filter)) {
    if (entry.day !== day && day !== undefined) {
      yield* eventsOf(from, filter, day, types);
      types = [];
    }
    day = entry.day;
    types.push(entry.type);
  }
  if (day !== undefined) yield* eventsOf(from, filter, day, types);
}

async function* eventDays(
  { client, resourcesTable }: ReadFrom,
  { type, ...filter }: EventFilter,
): AsyncGenerator<{ readonly day: string; readonly type: string }> {
  const { from, to } = timesBehind(filter);
  const range = {
    ...(from !== undefined && { from: dayOf(from) }),
    ...(to !== undefined && { to: justAfter(dayOf(to)) }),
  };
  for await (const item of allOf(queryDescending(client, resourcesTable, EVENTS_PARTITION, range))) {
    const entry = parseEventDayKey(attributeText(item, keyNames.sort));
    if (entry !== undefined && (type === undefined || entry.type === type)) yield entry;
  }
}

function eventsOf(
  { client, table, readItems }: ReadFrom,
  filter: EventFilter,
  day: string,
  types: readonly string[],
): AsyncGenerator<Copies<Event>> {
  const pageSize = pageSizeFor(types.length, filter.limit);
  const lists = types.map((type) => {
    const next = queryDescending(client, table, eventPartition(type, day), timesBehind(filter), { pageSize });
    const identities = wholeInstants(async () => {
      const rows = await next();
      return rows && readItems(table, rows, fromEventRow);
    });
    return behind(identities, filter.after);
  });
  return merged(lists, byFirst);
}
