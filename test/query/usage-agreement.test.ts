import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { expectAgreement } from "./usage-agreement.ts";

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
    const storages = [openMemory(), await file(`${seed}.jsonl`)];
    await expectAgreement(seed, storages, { samples: 1_200, queries: 10 });
    for (const storage of storages) await storage.close();
  }, 3_600_000);
});
