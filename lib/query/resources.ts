import { compareBilled } from "../sample/billed.ts";
import type { ValueMap } from "../sample/value.ts";
import { counts, type StoredSample } from "../storage/driver.ts";

/** A measured resource. Owner and metadata are those of its newest sample that counts, whichever arrived last. */
export interface Resource {
  readonly resource_id: string;
  readonly project_id: string | null;
  readonly user_id: string | null;
  readonly source: string;
  readonly metadata: ValueMap | null;
  readonly meters: readonly string[];
  /** Those that count; of a conflict, one for each project. */
  readonly samples: number;
  readonly first: string;
  readonly last: string;
}

interface Seen {
  readonly newest: StoredSample;
  readonly meters: ReadonlySet<string>;
  readonly samples: number;
  readonly first: string;
}

/** Sums up samples by resource, the one with the newest sample first. Holds one entry per resource. */
export async function resources(samples: AsyncIterable<StoredSample>): Promise<readonly Resource[]> {
  const found = new Map<string, Seen>();
  for await (const sample of samples) {
    if (counts(sample)) found.set(sample.resource_id, seen(sample, found.get(sample.resource_id)));
  }
  return Array.from(found.values(), toResource).sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : 0));
}

function seen(sample: StoredSample, before: Seen | undefined): Seen {
  const { counter_name, time } = sample;
  return {
    newest: before === undefined || isNewer(sample, before.newest) ? sample : before.newest,
    meters: before?.meters.has(counter_name) ? before.meters : new Set([...(before?.meters ?? []), counter_name]),
    samples: (before?.samples ?? 0) + 1,
    first: before === undefined || time < before.first ? time : before.first,
  };
}

/** Orders samples by time. Of one time always the same one is newest, whatever order they are read in. */
function isNewer(sample: StoredSample, other: StoredSample): boolean {
  if (sample.time !== other.time) return sample.time > other.time;
  if (sample.message_id !== other.message_id) return sample.message_id > other.message_id;
  return compareBilled(sample, other) > 0;
}

function toResource({ newest, meters, samples, first }: Seen): Resource {
  return {
    resource_id: newest.resource_id,
    project_id: newest.project_id,
    user_id: newest.user_id,
    source: newest.source,
    metadata: newest.resource_metadata,
    meters: Array.from(meters).sort(),
    samples,
    first,
    last: newest.time,
  };
}
