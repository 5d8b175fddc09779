import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { StorageDriver, Stored } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";

export interface GatedDriver extends StorageDriver {
  /** Records in each call so far. */
  readonly calls: readonly number[];
  /** Calls not yet answered. */
  readonly pending: number;
  /** From now on calls wait. */
  shut(): void;
  open(): void;
}

/** Memory behind a gate, for a storage that takes its time; `answer` puts in a fault in place of storing. */
export function openGated(answer?: (records: readonly MeteringRecord[]) => readonly Stored[] | undefined): GatedDriver {
  const memory = openMemory();
  const calls: number[] = [];
  let gate: PromiseWithResolvers | undefined;
  let pending = 0;
  return {
    ...memory,
    calls,
    get pending() {
      return pending;
    },
    shut() {
      gate ??= withResolvers();
    },
    open() {
      gate?.resolve();
      gate = undefined;
    },
    async record(records) {
      calls.push(records.length);
      pending++;
      try {
        await gate?.promise;
        return answer?.(records) ?? (await memory.record(records));
      } finally {
        pending--;
      }
    },
  };
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** Every sample that a storage holds. */
export async function samplesIn(driver: StorageDriver): Promise<MeteringRecord[]> {
  const found: MeteringRecord[] = [];
  for await (const sample of driver.samples({})) found.push(sample);
  return found;
}
