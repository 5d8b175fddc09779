import type { Sample } from "../../sample/sample.ts";
import { ruling, type Settlement, settledKey } from "../settlement.ts";
import type { SampleSource } from "./read-samples.ts";

/**
 * Finds the settlements of one reading's conflicts. They lie in groups, such as a file or a day, and a group is loaded
 * when the first conflict in it is met: a reading without conflicts loads none.
 */
export function settlementLookup(
  groupOf: (sample: Sample) => string,
  load: (group: string) => Promise<Iterable<Settlement>>,
): SampleSource["settlementOf"] {
  const groups = new Map<string, Promise<ReadonlyMap<string, Settlement>>>();
  return async (sample) => {
    const group = groupOf(sample);
    const loading = groups.get(group) ?? load(group).then(byKey);
    groups.set(group, loading);
    return (await loading).get(settledKey(sample));
  };
}

function byKey(settlements: Iterable<Settlement>): ReadonlyMap<string, Settlement> {
  const found = new Map<string, Settlement>();
  for (const one of settlements) {
    const key = settledKey(one.identity);
    const other = found.get(key);
    found.set(key, ruling(other === undefined ? [one] : [other, one]) ?? one);
  }
  return found;
}
