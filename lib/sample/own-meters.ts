import { CANARY_METER } from "./canary.ts";

/** The meter of the samples that `countersign doctor` sends. Their volume is 0, so that no sum changes, whoever adds it up. */
export const DOCTOR_METER = "countersign.doctor";

const ownMeters: readonly string[] = [CANARY_METER, DOCTOR_METER];

/** Whether a meter is one of our own samples', which are on nobody's bill. */
export function isOwnMeter(meter: string | undefined): boolean {
  return meter !== undefined && ownMeters.includes(meter);
}
