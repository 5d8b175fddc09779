import type { MeteringRecord } from "../../sample/sample.ts";
import type { StorageDriver, Stored } from "../driver.ts";
import { writeOnly } from "../write-only.ts";

const RECORDED: Stored = { kind: "recorded" };

/** Records that were taken: as often as they came, since nothing is left to tell that one came before. */
export interface Taken {
  readonly samples: number;
  readonly events: number;
}

export interface NullStorage extends StorageDriver {
  /** Since it was opened. */
  readonly taken: () => Taken;
}

/** Takes everything, counts it and keeps nothing: what is measured in front of it is not the storage. */
export function openNull(): NullStorage {
  let samples = 0;
  let events = 0;
  return {
    name: "null",
    ...writeOnly("null", "keeps nothing"),

    unstorable: () => undefined,

    async record(records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
      for (const { kind } of records) {
        if (kind === "sample") samples++;
        else events++;
      }
      return records.map(() => RECORDED);
    },

    settle: async () => RECORDED,
    taken: () => ({ samples, events }),
    close: async () => {},
  };
}
