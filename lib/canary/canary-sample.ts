import { CANARY_METER, canaryResource } from "../sample/canary.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import type { Value, ValueMap } from "../sample/value.ts";

/** A sample with the fields of a publisher of today, nobody's, and not signed yet. */
export function canarySample(listener: ListenerName, messageId: string, now: number): ValueMap {
  return new Map<string, Value>([
    ["source", CANARY_METER],
    ["counter_name", CANARY_METER],
    // A level, as what adds up deltas would count it.
    ["counter_type", "gauge"],
    ["counter_unit", "sample"],
    ["counter_volume", 1n],
    ["user_id", null],
    ["user_name", null],
    ["project_id", null],
    ["project_name", null],
    ["resource_id", canaryResource(listener)],
    ["timestamp", new Date(now).toISOString().replace("Z", "000")],
    // The same each time, as each version of it is written once more.
    ["resource_metadata", new Map()],
    ["message_id", messageId],
    ["monotonic_time", null],
  ]);
}
