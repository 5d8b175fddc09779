import { DAY, toInstant, toTime } from "../../lib/query/instant.ts";
import { defaultRules } from "../../lib/query/rules.ts";
import type { UsageQuery } from "../../lib/query/usage.ts";
import type { CounterType, Sample } from "../../lib/sample/sample.ts";
import { aSample } from "./sample-builder.ts";

const FROM = toInstant("2022-09-01T00:00:00.000000Z");
const DAYS = 30;

/** Samples of one series, evenly spread over a month, however many they are: so rows and periods stay the same. */
export interface OneSeries {
  readonly type: CounterType;
  readonly count: number;
}

/** The usage of that month, day by day. */
export const monthOfDays: UsageQuery = {
  by: [],
  borders: Array.from({ length: DAYS + 1 }, (_, day) => FROM + day * DAY),
  rules: defaultRules,
};

/** @returns the sample of that index, the oldest first; each time another one, as a storage would read it */
export function seriesOf({ type, count }: OneSeries): (index: number) => Sample {
  const base = aSample({ counter_name: "m", counter_type: type });
  const metadata = Array.from(base.resource_metadata ?? []);
  return (index) => ({
    ...base,
    resource_metadata: new Map(metadata),
    time: toTime(FROM + Math.floor((index * DAYS * DAY) / count)),
    counter_volume: volumeAt(type, index),
    message_id: `m${String(index).padStart(12, "0")}`,
  });
}

/** The series as a storage gives it: newest first, and nothing held. */
export async function* newestFirst(series: OneSeries): AsyncGenerator<Sample> {
  const sampleAt = seriesOf(series);
  for (let index = series.count - 1; index >= 0; index--) yield sampleAt(index);
}

/** A counter is reset now and then; levels are floats of few digits. */
function volumeAt(type: CounterType, index: number): Sample["counter_volume"] {
  if (type === "cumulative") return BigInt(index % 1_000) * 1_000_000_007n;
  return type === "delta" ? BigInt(index % 97) : (index % 64) / 10;
}
