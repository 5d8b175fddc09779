import { appendFile, chmod, readdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identity } from "../../../lib/sample/identity.ts";
import { type FileLog, type FileLogOptions, openFileLog } from "../../../lib/storage/file/file.ts";
import { toRow } from "../../../lib/storage/rows/record-row.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { describeStorageContract, type OpenedStorage } from "../contract.ts";
import { allOf, recorded } from "../reading.ts";

function opensIn(rotation: Omit<FileLogOptions, "path">): () => Promise<OpenedStorage> {
  return async () => {
    const folder = await temporaryFolder();
    const drivers: FileLog[] = [];
    const open = async () => {
      const driver = openFileLog({ path: join(folder.path, "samples.jsonl"), ...rotation });
      drivers.push(driver);
      return driver;
    };
    const close = async () => {
      for (const driver of drivers) await driver.close();
      await folder.remove();
    };
    return { driver: await open(), reopen: open, close };
  };
}

describeStorageContract("file", opensIn({}));
describeStorageContract(
  "file that rotates, and is read in parts",
  opensIn({ maxBytes: 4_096, backupCount: 50, mostHeld: 3 }),
);

/** Where /dev/full and /proc are. */
const onLinux = process.platform === "linux";

describe("the file log", () => {
  let folder: TemporaryFolder;
  let path: string;
  const open: FileLog[] = [];
  const unreadable: string[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, "samples.jsonl");
    unreadable.length = 0;
  });
  afterEach(async () => {
    for (const driver of open.splice(0)) await driver.close();
    await folder.remove();
  });

  function openHere(options: Partial<FileLogOptions> = {}): FileLog {
    const onUnreadable = (place: string, problem: string) => unreadable.push(`${place.slice(path.length)} ${problem}`);
    const driver = openFileLog({ path, onUnreadable, ...options });
    open.push(driver);
    return driver;
  }

  const modesOf = async () => {
    const names = (await readdir(folder.path)).sort();
    return Promise.all(names.map(async (name) => ((await stat(join(folder.path, name))).mode & 0o777).toString(8)));
  };

  it.each([
    ["its owner alone", {}, "600"],
    ["a group that is named, whatever the umask says", { mode: 0o640 }, "640"],
    ["a group that writes too", { mode: 0o660 }, "660"],
  ])("is for %s, also once it is full", async (_whom, options, mode) => {
    const umask = process.umask(0o077);
    try {
      const file = openHere({ maxBytes: 500, backupCount: 2, ...options });
      for (let count = 0; count < 3; count++) await file.record([aSample()]);
    } finally {
      process.umask(umask);
    }
    expect(await modesOf()).toEqual([mode, mode, mode]);
  });

  it("tells once of files that are there and let in others, and leaves them as they are", async () => {
    await Promise.all([writeFile(path, ""), writeFile(`${path}.1`, ""), writeFile(`${path}.2`, "")]);
    await Promise.all([chmod(path, 0o644), chmod(`${path}.1`, 0o600), chmod(`${path}.2`, 0o640)]);
    const told: string[] = [];
    const file = openHere({ backupCount: 2, onWider: (problem) => told.push(problem) });
    await file.prepare();
    await file.record([aSample()]);
    expect(told).toEqual([
      `the file ${path} holds samples, and its mode 0644 lets in more than 0600 does: chmod it, or name the mode that is meant`,
      `the file ${path}.2 holds samples, and its mode 0640 lets in more than 0600 does: chmod it, or name the mode that is meant`,
    ]);
    expect(await modesOf()).toEqual(["644", "600", "640"]);
  });

  const rowsOf = async (file: string) => (await readFile(file, "utf8")).split("\n").slice(0, -1);
  const idsIn = async (file: string) => (await rowsOf(file)).map((row) => String(JSON.parse(row).message_id));

  it("writes one JSON object a line, in the order in which they are recorded", async () => {
    const records = [aSample(), anEvent(), aSample({ source: "line\nfeed\u2028\r" })];
    await openHere().record(records);
    expect(await readFile(path, "utf8")).toBe(records.map((record) => `${toRow(record)}\n`).join(""));
  });

  it("makes the folders above it", async () => {
    path = join(folder.path, "a/b c/é/samples.jsonl");
    expect(await openHere().record([aSample()])).toEqual(recorded(1));
    expect(await rowsOf(path)).toHaveLength(1);
  });

  it("makes nothing before the first batch, unless it is prepared", async () => {
    const driver = openHere();
    await driver.record([]);
    expect(await allOf(driver.samples({}))).toEqual([]);
    expect(await readdir(folder.path)).toEqual([]);
    await driver.prepare();
    expect(await readdir(folder.path)).toEqual(["samples.jsonl"]);
  });

  it("adds to what is there", async () => {
    const [first, second] = [aSample(), aSample()];
    await openHere().record([first]);
    await openHere().record([second]);
    expect(await idsIn(path)).toEqual([first.message_id, second.message_id]);
  });

  it("writes whole batches one after another, when several are recorded at the same time", async () => {
    const batches = Array.from({ length: 20 }, () => Array.from({ length: 5 }, () => aSample()));
    const [one, two] = [openHere(), openHere()];
    await Promise.all(batches.map((batch, index) => (index % 2 === 0 ? one : two).record(batch)));
    const ids = await idsIn(path);
    for (const batch of batches) {
      const start = ids.indexOf(batch[0]?.message_id ?? "");
      expect(ids.slice(start, start + 5)).toEqual(batch.map((sample) => sample.message_id));
    }
  });

  it("is closed after what is being recorded", async () => {
    const driver = openHere();
    const recording = driver.record([aSample()]);
    await driver.close();
    expect(await rowsOf(path)).toHaveLength(1);
    expect(await recording).toEqual(recorded(1));
  });

  describe("after a crash in the middle of a line", () => {
    const torn = [aSample({ source: "\u00e9".repeat(20) }), aSample()] as const;

    it("starts a new line, and reads all but what was cut off", async () => {
      await openHere().record(torn);
      const bytes = await readFile(path);
      await truncate(path, bytes.length - 120);
      const next = aSample();
      const driver = openHere();
      expect(await driver.record([next])).toEqual(recorded(1));
      expect((await rowsOf(path)).length).toBe(3);
      expect((await allOf(driver.samples({}))).map(identity).sort()).toEqual([torn[0], next].map(identity).sort());
      expect(unreadable).toEqual([expect.stringMatching(/^:2 JSON: ends inside a string/)]);
    });

    it("reads all but the last line, wherever it was cut off", async () => {
      const rows = torn.map((record) => Buffer.from(`${toRow(record)}\n`));
      const [first = Buffer.of(), second = Buffer.of()] = rows;
      const driver = openHere();
      for (let length = 1; length < second.length - 1; length += 7) {
        await writeFile(path, Buffer.concat([first, second.subarray(0, length)]));
        expect(await allOf(driver.samples({}))).toEqual([torn[0]]);
      }
    });

    it("loses nothing of a whole line without its line feed", async () => {
      await writeFile(path, toRow(torn[0]));
      const driver = openHere();
      expect(await allOf(driver.samples({}))).toEqual([torn[0]]);
      await driver.record([torn[1]]);
      expect(await allOf(driver.samples({}))).toHaveLength(2);
      expect(unreadable).toEqual([]);
    });
  });

  it("skips lines that are no records, and says where they are", async () => {
    const sample = aSample();
    const driver = openHere();
    await driver.record([sample]);
    await appendFile(path, Buffer.concat([Buffer.from("\n7\n"), Buffer.from([0xff, 0, 0, 0x0a]), Buffer.from("{}\n")]));
    await driver.record([anEvent()]);
    expect(await allOf(driver.samples({}))).toEqual([sample]);
    expect(unreadable).toEqual([
      ":3 a row has to be an object",
      expect.stringMatching(/^:4 JSON/),
      ":5 dialect is missing",
    ]);
  });

  describe("rotates", () => {
    // Rows of the same length: three fit in a file that may not reach four and a half.
    const samples = Array.from({ length: 10 }, (_, index) => aSample({ message_id: `m-${index}`, monotonic_time: 1n }));
    const length = Buffer.byteLength(`${toRow(samples[0] ?? aSample())}\n`);
    const ids = (...numbers: number[]) => numbers.map((number) => `m-${number}`);

    it("before a line with which the file would reach its limit, and keeps so many files", async () => {
      const driver = openHere({ maxBytes: 3 * length + 1, backupCount: 2 });
      for (const sample of samples) await driver.record([sample]);
      expect((await readdir(folder.path)).sort()).toEqual(["samples.jsonl", "samples.jsonl.1", "samples.jsonl.2"]);
      expect(await idsIn(path)).toEqual(ids(9));
      expect(await idsIn(`${path}.1`)).toEqual(ids(6, 7, 8));
      expect(await idsIn(`${path}.2`)).toEqual(ids(3, 4, 5));
      expect((await allOf(driver.samples({}))).map((sample) => sample.message_id)).toEqual(ids(9, 8, 7, 6, 5, 4, 3));
    });

    it("when the limit would be reached exactly, as Python's handler does", async () => {
      const driver = openHere({ maxBytes: 3 * length, backupCount: 1 });
      for (const sample of samples.slice(0, 3)) await driver.record([sample]);
      expect([await idsIn(`${path}.1`), await idsIn(path)]).toEqual([ids(0, 1), ids(2)]);
    });

    it("in the middle of a batch", async () => {
      const driver = openHere({ maxBytes: 3 * length + 1, backupCount: 9 });
      expect(await driver.record(samples)).toEqual(recorded(10));
      const files = [`${path}.3`, `${path}.2`, `${path}.1`, path];
      expect(await Promise.all(files.map(idsIn))).toEqual([ids(0, 1, 2), ids(3, 4, 5), ids(6, 7, 8), ids(9)]);
    });

    it("so that a line longer than a file has one of its own", async () => {
      const driver = openHere({ maxBytes: 10, backupCount: 9 });
      expect(await driver.record(samples.slice(0, 3))).toEqual(recorded(3));
      const files = [`${path}.2`, `${path}.1`, path];
      expect(await Promise.all(files.map(idsIn))).toEqual([ids(0), ids(1), ids(2)]);
    });

    it("never, unless both settings are above 0", async () => {
      await openHere({ maxBytes: length, backupCount: 0 }).record(samples);
      await openHere({ maxBytes: 0, backupCount: 5 }).record(samples);
      expect(await readdir(folder.path)).toEqual(["samples.jsonl"]);
    });

    it("and reads all files, however many it is set to keep", async () => {
      await openHere({ maxBytes: length + 1, backupCount: 20 }).record(samples);
      expect(await allOf(openHere().samples({}))).toEqual(samples.toReversed());
      await rm(`${path}.4`);
      expect((await allOf(openHere().samples({}))).map((sample) => sample.message_id)).toEqual(
        ids(9, 8, 7, 6, 4, 3, 2, 1, 0),
      );
    });

    it("and is followed by a reader and a second writer", async () => {
      const [one, two] = [openHere({ maxBytes: 2 * length, backupCount: 20 }), openHere()];
      for (const [index, sample] of samples.entries()) {
        expect(await (index % 2 === 0 ? one : two).record([sample])).toEqual(recorded(1));
      }
      expect(await allOf(two.samples({}))).toEqual(samples.toReversed());
    });
  });

  it("goes on in a new file when another program moved the old one away", async () => {
    const driver = openHere();
    const [first, second] = [aSample(), aSample()];
    await driver.record([first]);
    await rename(path, `${path}-2022-09-30`);
    await driver.record([second]);
    expect(await idsIn(path)).toEqual([second.message_id]);
  });

  it("reads the newest of a long file, each once", async () => {
    const driver = openHere();
    const samples = Array.from({ length: 5_000 }, (_, index) =>
      aSample({ time: `2022-09-30T12:00:00.${String((index * 7_919) % 5_000).padStart(6, "0")}Z` }),
    );
    await driver.record(samples);
    await driver.record(samples);
    expect((await allOf(driver.samples({ limit: 3 }))).map(({ time }) => time.slice(-5))).toEqual([
      "4999Z",
      "4998Z",
      "4997Z",
    ]);
    expect(await allOf(driver.samples({}))).toHaveLength(5_000);
  });

  it.runIf(onLinux)("leaves no file open when a reader stops early", async () => {
    const driver = openHere();
    await driver.record([aSample(), aSample()]);
    const before = await openFiles();
    for await (const _ of driver.samples({})) break;
    expect(await openFiles()).toBe(before);
  });
});

async function openFiles(): Promise<number> {
  return (await readdir("/proc/self/fd")).length;
}
