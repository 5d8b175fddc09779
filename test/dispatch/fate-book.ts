import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Stored } from "../../lib/storage/driver.ts";

/** Writes down every fate told of each record. */
export function openFateBook() {
  const fates = new Map<string, Stored[]>();
  return {
    fates,
    settledFor: (record: MeteringRecord) => (fate: Stored) => {
      fates.set(record.message_id, [...(fates.get(record.message_id) ?? []), fate]);
    },
    of: (records: readonly MeteringRecord[]) => records.map(({ message_id }) => fates.get(message_id)),
  };
}
