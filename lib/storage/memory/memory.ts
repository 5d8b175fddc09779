import { identity } from "../../sample/identity.ts";
import type { Event, MeteringRecord, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter, StorageDriver, Stored } from "../driver.ts";
import { matchesEvent, matchesSample } from "../rows/filter-match.ts";
import { newestFirst } from "../rows/newest-first.ts";

const RECORDED: Stored = { kind: "recorded" };

/** Keeps samples and events in this process, for as long as it runs. Everything can be stored, and nothing fails. */
export function openMemory(): StorageDriver {
  const samples = new Map<string, Sample>();
  const events = new Map<string, Event>();

  return {
    name: "memory",

    unstorable: () => undefined,

    async record(records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
      for (const record of records) {
        if (record.kind === "sample") samples.set(identity(record), record);
        else events.set(identity(record), record);
      }
      return records.map(() => RECORDED);
    },

    async *samples(filter: SampleFilter): AsyncGenerator<Sample> {
      const matching = Array.from(samples.values()).filter((sample) => matchesSample(sample, filter));
      yield* newestFirst(matching, filter.limit);
    },

    async *events(filter: EventFilter): AsyncGenerator<Event> {
      const matching = Array.from(events.values()).filter((event) => matchesEvent(event, filter));
      yield* newestFirst(matching, filter.limit);
    },

    async close(): Promise<void> {},
  };
}
