import { contentDigest } from "../../sample/content.ts";
import type { Value } from "../../sample/value.ts";
import type { Conflict, StoredSample } from "../../storage/driver.ts";
import type { Settlement } from "../../storage/settlement.ts";
import { conflictId } from "./conflict-id.ts";

/** A conflict as one object: what its contents have in common, what each bills and how it stands. */
export function conflictFields(conflict: Conflict): ReadonlyMap<string, Value> {
  const [first] = conflict.samples;
  return new Map<string, Value>([
    ["id", conflictId(conflict)],
    ["time", first?.time ?? null],
    ["counter_name", first?.counter_name ?? null],
    ["resource_id", first?.resource_id ?? null],
    ["message_id", first?.message_id ?? null],
    ["contents", conflict.samples.map(contentFields)],
    ["settlement", settlementFields(conflict.settlement)],
  ]);
}

/** `dialect` is all that a row says of how it was proved: its key stands in the log line of when it was recorded. */
function contentFields(sample: StoredSample): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ["content", contentDigest(sample)],
    ["standing", sample.conflict ?? null],
    ["counter_volume", sample.counter_volume],
    ["counter_unit", sample.counter_unit],
    ["counter_type", sample.counter_type],
    ["project_id", sample.project_id],
    ["user_id", sample.user_id],
    ["source", sample.source],
    ["dialect", sample.dialect],
  ]);
}

export function settlementFields(settlement: Settlement | undefined): ReadonlyMap<string, Value> | null {
  if (settlement === undefined) return null;
  const { content, reason, by, at } = settlement;
  return new Map<string, Value>(Object.entries({ content, reason, by, at }));
}
