import type { Value, ValueMap } from "./value.ts";

export interface OwnSampleOptions {
  readonly meter: string;
  readonly resource: string;
  /** @default nobody's */
  readonly project?: string;
  readonly volume: bigint;
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The same each time for one resource, as storage keeps each version of it. @default empty */
  readonly metadata?: ValueMap;
}

/** A sample that we send ourselves, with the fields of a publisher of today, and not signed yet. */
export function ownSample({ meter, resource, project, volume, messageId, now, metadata }: OwnSampleOptions): ValueMap {
  return new Map<string, Value>([
    ["source", "countersign"],
    ["counter_name", meter],
    // A level, as what adds up deltas would count it.
    ["counter_type", "gauge"],
    ["counter_unit", "sample"],
    ["counter_volume", volume],
    ["user_id", null],
    ["user_name", null],
    ["project_id", project ?? null],
    ["project_name", null],
    ["resource_id", resource],
    ["timestamp", new Date(now).toISOString().replace("Z", "000")],
    ["resource_metadata", metadata ?? new Map()],
    ["message_id", messageId],
    ["monotonic_time", null],
  ]);
}
