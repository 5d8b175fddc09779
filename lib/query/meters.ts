import type { CounterType } from "../sample/sample.ts";
import { counts, type StoredSample } from "../storage/driver.ts";
import { canonicalUnit } from "./units.ts";

/** A meter: one row per name, type and unit; two units that are one share a row. */
export interface Meter {
  readonly name: string;
  readonly type: CounterType;
  /** The newest sample's. */
  readonly unit: string;
  /** All that its samples have, in the order of the alphabet. */
  readonly units: readonly string[];
  /** Those that count; of a conflict, one for each project. */
  readonly samples: number;
  readonly resources: number;
  /** Times in UTC of the oldest and the newest sample. */
  readonly first: string;
  readonly last: string;
}

/** Sums up samples by meter, in the order of their names. Holds one entry per meter and resource. */
export async function meters(samples: AsyncIterable<StoredSample>): Promise<readonly Meter[]> {
  const found = new Map<string, { meter: Meter; resources: Set<string> }>();
  for await (const sample of samples) {
    if (!counts(sample)) continue;
    const key = JSON.stringify([
      sample.counter_name,
      sample.counter_type,
      canonicalUnit(sample.counter_name, sample.counter_unit),
    ]);
    const entry = found.get(key);
    const resources = entry?.resources ?? new Set();
    found.set(key, { meter: counted(sample, entry?.meter, resources.add(sample.resource_id).size), resources });
  }
  return Array.from(found.values(), ({ meter }) => meter).sort((a, b) => compare(a.name, b.name));
}

function counted(sample: StoredSample, meter: Meter | undefined, resources: number): Meter {
  const unit = sample.counter_unit;
  const units = meter?.units ?? [];
  return {
    name: sample.counter_name,
    type: sample.counter_type,
    unit: meter === undefined || sample.time > meter.last ? unit : meter.unit,
    units: units.includes(unit) ? units : [...units, unit].sort(compare),
    samples: (meter?.samples ?? 0) + 1,
    resources,
    first: meter === undefined || sample.time < meter.first ? sample.time : meter.first,
    last: meter === undefined || sample.time > meter.last ? sample.time : meter.last,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
