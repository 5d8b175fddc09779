import { mapInParallel } from "../lib/flow/in-parallel.ts";
import type { MeteringRecord } from "../lib/sample/sample.ts";
import type { StorageDriver } from "../lib/storage/driver.ts";

export const BATCH = 250;
export const AT_A_TIME = 4;

/** Stores records as a busy collector does; each of them has to be recorded. */
export async function storeAll(driver: StorageDriver, records: readonly MeteringRecord[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(records.length / BATCH) }, (_, index) =>
    records.slice(index * BATCH, (index + 1) * BATCH),
  );
  await mapInParallel(batches, AT_A_TIME, async (batch) => {
    for (const stored of await driver.record(batch)) {
      if (stored.kind !== "recorded")
        throw new Error(`${driver.name} did not record: ${JSON.stringify(stored)}`, { cause: stored });
    }
  });
}
