import type { Sample } from "../sample/sample.ts";
import type { ValueMap } from "../sample/value.ts";

/** What was measured. Owner and metadata are those of its newest sample, whichever arrived last. */
export interface Resource {
  readonly resource_id: string;
  readonly project_id: string | null;
  readonly user_id: string | null;
  readonly source: string;
  readonly metadata: ValueMap | null;
  readonly meters: readonly string[];
  readonly samples: number;
  readonly first: string;
  readonly last: string;
}

/** Sums up samples by resource, the one with the newest sample first. Holds one entry a resource. */
export async function resources(samples: AsyncIterable<Sample>): Promise<readonly Resource[]> {
  const found = new Map<string, Resource>();
  for await (const sample of samples) {
    found.set(sample.resource_id, counted(sample, found.get(sample.resource_id)));
  }
  return Array.from(found.values()).sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : 0));
}

function counted(sample: Sample, seen: Resource | undefined): Resource {
  const newest = seen === undefined || sample.time > seen.last;
  return {
    resource_id: sample.resource_id,
    project_id: newest ? sample.project_id : seen.project_id,
    user_id: newest ? sample.user_id : seen.user_id,
    source: newest ? sample.source : seen.source,
    metadata: newest ? sample.resource_metadata : seen.metadata,
    meters: Array.from(new Set([...(seen?.meters ?? []), sample.counter_name])).sort(),
    samples: (seen?.samples ?? 0) + 1,
    first: seen === undefined || sample.time < seen.first ? sample.time : seen.first,
    last: newest ? sample.time : seen.last,
  };
}
