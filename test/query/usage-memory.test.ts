import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { usage } from "../../lib/query/usage.ts";
import { counterTypes } from "../../lib/sample/sample.ts";
import type { StorageDriver, StoredSample } from "../../lib/storage/driver.ts";
import { type FileLog, openFileLog } from "../../lib/storage/file/file.ts";
import { garbageCollector, heldBytes } from "../support/garbage.ts";
import { monthOfDays, newestFirst, seriesOf } from "../support/one-series.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

type Readable = Pick<StorageDriver, "samples">;

const IN_FILE = 8_000;

const collectGarbage = garbageCollector();

let folder: TemporaryFolder;
let file: FileLog;
beforeAll(async () => {
  folder = await temporaryFolder();
  file = openFileLog({ path: join(folder.path, "samples.jsonl"), mostHeld: 1_500 });
  const sampleAt = seriesOf({ type: "gauge", count: IN_FILE });
  await file.record(Array.from({ length: IN_FILE }, (_, index) => sampleAt(index)));
  // Once before anything is measured: what was recorded lives a little longer, and what is compiled stays.
  await liveAt([], { samples: () => newestFirst({ type: "gauge", count: 5_000 }) });
});
afterAll(async () => {
  await file.close();
  await folder.remove();
});

/** Bytes that live, beyond those before, when so many samples were read and usage still needs its sums. */
async function liveAt(reads: readonly number[], storage: Readable): Promise<readonly number[]> {
  const before = heldBytes(collectGarbage);
  const live: number[] = [];
  async function* watched(samples: AsyncIterable<StoredSample>): AsyncGenerator<StoredSample> {
    let read = 0;
    for await (const sample of samples) {
      read += 1;
      if (reads.includes(read)) live.push(heldBytes(collectGarbage) - before);
      yield sample;
    }
  }
  await usage({ samples: (filter) => watched(storage.samples(filter)) }, monthOfDays);
  expect(live).toHaveLength(reads.length);
  return live;
}

async function growth(few: number, many: number, storage: Readable): Promise<number> {
  const [early = 0, late = 0] = await liveAt([few, many], storage);
  return late - early;
}

describe("usage of one series", () => {
  it.each(counterTypes)("holds no more of 50,000 samples of a %s than of 5,000", async (type) => {
    const storage = { samples: () => newestFirst({ type, count: 50_000 }) };
    // Twice, as the engine itself takes or gives back some 100,000 now and then.
    const grown = (await growth(5_000, 50_000, storage)) + (await growth(5_000, 50_000, storage));
    // A number for each of those between would take 360,000.
    expect(grown / 2).toBeLessThan(180_000);
  });

  it("holds no more of a file than a reading may hold, which is 1,500 of 8,000 samples here", async () => {
    const [live] = await liveAt([IN_FILE / 2], file);
    // Each takes 1,600: 1,500 of them 2,400,000, and all of them 12,800,000.
    expect(live).toBeLessThan(6_000_000);
  });
});
