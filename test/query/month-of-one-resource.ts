import { SECOND, toInstant, toTime } from "../../lib/query/instant.ts";
import type { CounterType, Sample } from "../../lib/sample/sample.ts";
import { aSample } from "../support/sample-builder.ts";

export const monthFrom = toInstant("2022-09-01T00:00:00.000000Z");
export const monthTo = toInstant("2022-10-01T00:00:00.000000Z");

/** Ten minutes, as Ceilometer's pollsters wait by default. */
const STEP = 600 * SECOND;

/** A month of the meter `m` on one resource: 4,320 samples. */
export function monthOfOneResource(counter_type: CounterType): readonly Sample[] {
  return Array.from({ length: (monthTo - monthFrom) / STEP }, (_, index) => {
    const time = toTime(monthFrom + index * STEP + 123_456);
    return aSample({ counter_name: "m", counter_type, time, counter_volume: BigInt(index) * 1_000_000_007n });
  });
}
