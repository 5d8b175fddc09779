import { contentDigest } from "../../sample/content.ts";
import { identity } from "../../sample/identity.ts";
import type { Event, MeteringRecord, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter, StorageDriver, Stored } from "../driver.ts";
import { matchesEvent, matchesIdentity } from "../rows/filter-match.ts";
import { byIdentity } from "../rows/newest-first.ts";
import { readConflicts, readSamples, type SampleSource } from "../rows/read-samples.ts";
import { ruling, type Settlement, settledKey } from "../settlement.ts";

const RECORDED: Stored = { kind: "recorded" };

/** Keeps samples and events in this process, for as long as it runs. Everything can be stored, and nothing fails. */
export function openMemory(): StorageDriver {
  const samples = new Map<string, Sample>();
  const events = new Map<string, Event>();
  const settlements = new Map<string, Settlement>();

  function sourceOf(filter: SampleFilter): SampleSource {
    return {
      identities: inOrder(() => byIdentity(Array.from(samples.values()).filter((one) => matchesIdentity(one, filter)))),
      settlementOf: async (sample) => settlements.get(settledKey(sample)),
    };
  }

  return {
    name: "memory",

    unstorable: () => undefined,

    async record(records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
      for (const record of records) {
        const key = identity(record) + contentDigest(record);
        if (record.kind === "sample") samples.set(key, record);
        else events.set(key, record);
      }
      return records.map(() => RECORDED);
    },

    samples: (filter) => readSamples(sourceOf(filter), filter),
    conflicts: (filter) => readConflicts(sourceOf(filter), filter),

    async settle(settlement: Settlement): Promise<Stored> {
      const key = settledKey(settlement.identity);
      const before = settlements.get(key);
      settlements.set(key, ruling(before === undefined ? [settlement] : [before, settlement]) ?? settlement);
      return RECORDED;
    },

    async *events(filter: EventFilter): AsyncGenerator<Event> {
      const matching = Array.from(events.values()).filter((event) => matchesEvent(event, filter));
      yield* byIdentity(matching, filter.limit).flat();
    },

    async close(): Promise<void> {},
  };
}

/** As they are when reading begins. */
async function* inOrder<Item>(items: () => Iterable<Item>): AsyncGenerator<Item> {
  yield* items();
}
