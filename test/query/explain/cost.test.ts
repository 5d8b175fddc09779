import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allDrivers } from "../../../lib/assembly/drivers.ts";
import { explain } from "../../../lib/query/explain/explain.ts";
import { SECOND, toInstant, toTime } from "../../../lib/query/instant.ts";
import { defaultRules } from "../../../lib/query/rules.ts";
import { counterTypes } from "../../../lib/sample/sample.ts";
import { openStorage } from "../../../lib/storage/open-storage.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const FROM = toInstant("2022-09-01T00:00:00.000000Z");
const TO = toInstant("2022-10-01T00:00:00.000000Z");
/** Each ten minutes, as Ceilometer's pollsters do by default. */
const STEP = 600 * SECOND;
/**
 * Milliseconds of processor time, of which a file's rows alone take some 100 to read: four times what was measured, for
 * the slowest machine.
 */
const MOST = { memory: 150, file: 600 };

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function storageOf(kind: keyof typeof MOST, counter_type: (typeof counterTypes)[number]) {
  const url = kind === "memory" ? "memory:" : pathToFileURL(join(folder.path, `${counter_type}.jsonl`)).href;
  const opened = await openStorage(url, allDrivers);
  if (!opened.ok) throw new Error(opened.problem);
  const samples = Array.from({ length: (TO - FROM) / STEP }, (_, index) => {
    const time = toTime(FROM + index * STEP + 123_456);
    return aSample({ counter_name: "m", counter_type, time, counter_volume: BigInt(index) * 1_000_000_007n });
  });
  await opened.driver.record(samples);
  return opened.driver;
}

describe("explaining a month of one resource", () => {
  it.each(counterTypes.flatMap((type) => (["memory", "file"] as const).map((kind) => [type, kind] as const)))(
    "takes little time: a %s in %s",
    async (type, kind) => {
      const storage = await storageOf(kind, type);
      const times: number[] = [];
      for (let round = 0; round < 5; round++) {
        const before = process.cpuUsage();
        const explained = await explain(storage, { meter: "m", by: [], from: FROM, to: TO, rules: defaultRules });
        const { user, system } = process.cpuUsage(before);
        times.push((user + system) / 1_000);
        expect(explained).toMatchObject({ kind: "explained", row: { samples: 4_320 } });
      }
      await storage.close();
      // Of several rounds, as the compiler works in the first ones.
      expect(Math.min(...times)).toBeLessThan(MOST[kind]);
    },
  );
});
