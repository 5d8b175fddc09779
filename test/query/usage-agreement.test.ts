import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { seededMonth } from "./seeded-month.ts";
import { expectedLines, questions, usageLines } from "./usage-agreement.ts";

/** `npm run laws` asks more, of more. */
const SAMPLES = Number(process.env.AGREE_SAMPLES ?? 1_200);
const QUERIES = Number(process.env.AGREE_QUERIES ?? 10);

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function file(name: string): Promise<StorageDriver> {
  const opened = await openStorage(pathToFileURL(join(folder.path, name)).href, allDrivers);
  if (!opened.ok) throw new Error(opened.problem);
  return opened.driver;
}

describe.each([1, 2, 3])("usage of a month with seed %i", (seed) => {
  it("is the same to the last digit in memory, in a file, and by the laws as they are written", async () => {
    const month = seededMonth(seed, SAMPLES);
    const storages = [openMemory(), await file(`${seed}.jsonl`)];
    for (const storage of storages) await storage.record(month.samples);
    for (const query of questions(month, QUERIES, Math.ceil(QUERIES / 20))) {
      const expected = expectedLines(month, query);
      for (const storage of storages) {
        const lines = await usageLines(storage, query);
        expect({ storage: storage.name, query, lines }).toEqual({ storage: storage.name, query, lines: expected });
      }
    }
    for (const storage of storages) await storage.close();
  }, 3_600_000);
});
