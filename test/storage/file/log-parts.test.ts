import { readFile, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileLog, openFileLog } from "../../../lib/storage/file/file.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { allOf } from "../reading.ts";

/** A thousand make a part, of a mebibyte. */
const ROWS = 2_500;

let folder: TemporaryFolder;
let path: string;
let unreadable: string[];
const open: FileLog[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "samples.jsonl");
  unreadable = [];
});
afterEach(async () => {
  for (const driver of open.splice(0)) await driver.close();
  await folder.remove();
});

function openHere(mostHeld: number): FileLog {
  const onUnreadable = (place: string, problem: string) => unreadable.push(`${place.slice(path.length)} ${problem}`);
  const driver = openFileLog({ path, mostHeld, onUnreadable });
  open.push(driver);
  return driver;
}

const base = aSample();

/** Each is of a second of its own, but for every tenth, which is of long ago; every hundredth came twice. */
function rows(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const number = from + (index % 100 === 99 ? index - 1 : index);
    const second = number % 10 === 0 ? number % 100 : number;
    return { ...base, time: new Date(second * 1_000).toISOString().replace("Z", "000Z"), message_id: `m-${number}` };
  });
}

describe("a file with more samples than a reading holds", () => {
  it("is read as one is that is held whole, also where older files are compressed", async () => {
    const [small, large] = [openHere(1_000), openHere(2 * ROWS)];
    await small.record(rows(0, ROWS / 5));
    await writeFile(`${path}.2.gz`, gzipSync(await readFile(path)));
    await rename(path, `${path}.1`);
    await small.record(rows(ROWS / 10, ROWS));
    const whole = await allOf(large.samples({}));
    expect(await allOf(small.samples({}))).toEqual(whole);
    expect(whole.length).toBeGreaterThan(ROWS);
    const filter = { from: "1970-01-01T00:20:00.000000Z", limit: 1_050 };
    expect(await allOf(small.samples(filter))).toEqual(await allOf(large.samples(filter)));
    expect(unreadable).toEqual([]);
  });

  it("names each damaged line once", async () => {
    const driver = openHere(100);
    await driver.record(rows(0, 200));
    await writeFile(path, "no row\n", { flag: "a" });
    await driver.record(rows(200, 200));
    await allOf(driver.samples({}));
    expect(unreadable).toEqual([":201 JSON: expected a value at character 0"]);
  });

  it("says so when it is cut while it is read", async () => {
    const driver = openHere(100);
    await driver.record(rows(0, ROWS));
    let read = 0;
    for await (const _ of driver.samples({})) if (read++ === 0) await truncate(path, 100_000);
    expect(read).toBeLessThan(ROWS);
    expect(new Set(unreadable)).toEqual(new Set([" some of it: it was cut or overwritten while it was read"]));
  });
});
