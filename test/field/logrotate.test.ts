import { appendFile, mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileLog } from "../../lib/storage/file/file.ts";
import { toRow } from "../../lib/storage/rows/record-row.ts";
import { allOf } from "../storage/reading.ts";
import { record, run } from "../support/reading-commands.ts";
import { aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** With `compress` or `dateext`, 5 of 65 samples were read, and not a word was said of the others. */

let folder: TemporaryFolder;
let path: string;
let storage: string;
let count = 0;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, "samples.jsonl");
  storage = pathToFileURL(path).href;
  count = 0;
});
afterEach(() => folder.remove());

async function collect(samples: number): Promise<void> {
  const batch = Array.from({ length: samples }, () => aSample({ message_id: `m-${count++}` }));
  await record(storage, batch);
}

/** What logrotate does, with the name that its settings give. */
async function rotate(suffix: string, compressed = ""): Promise<void> {
  const to = suffix.includes("samples") ? join(folder.path, suffix) : path + suffix;
  await rename(path, to);
  if (compressed === "") return;
  const bytes = await readFile(to);
  await writeFile(to + compressed, compressed === ".gz" ? gzipSync(bytes) : Buffer.from("another format"));
  await rm(to);
}

async function meters() {
  const { code, lines, errors } = await run(["meters"], storage, "--json");
  const samples = lines.map((line) => JSON.parse(line).samples);
  return { code, samples, errors: errors.map((line) => line.replace(`${folder.path}/`, "")) };
}

describe("logrotate moves the log away", () => {
  it.each([
    ["compress", [".3", ".2", ".1"], ".gz"],
    ["dateext", ["-20221001", "-20221002", "-20221003"], ""],
    ["dateext and compress", ["-20221001", "-20221002", "-20221003"], ".gz"],
    ["dateformat with hour and second", ["-2022100113", "-2022-10-02", "-20221003-1664755200"], ".gz"],
    ["a dateformat with points", [".2022.10.01", ".2022.10.02", ".2022-10-03"], ""],
    ["extension", ["samples-20221001.jsonl", "samples-20221002.jsonl", "samples.1.jsonl"], ".gz"],
    ["neither", [".3", ".2", ".1"], ""],
    ["more than one of them in turn", ["-20221001", ".2", "-20221003.jsonl"], ""],
  ])("with %s: all is read", async (setting, suffixes, compressed) => {
    for (const [index, suffix] of suffixes.entries()) {
      await collect(20);
      // Who changed settings has files of both kinds.
      await rotate(suffix.replace(".jsonl", suffix.startsWith("-") ? "" : ".jsonl"), index === 2 ? "" : compressed);
    }
    await collect(5);
    expect({ setting, ...(await meters()) }).toEqual({ setting, code: 0, samples: [65], errors: [] });
  });

  it.each([
    ["-20221001", ".zst", "of what is compressed, only .gz is read: decompress it, or use gzip"],
    [".1", ".xz", "of what is compressed, only .gz is read: decompress it, or use gzip"],
    ["", ".bz2", "of what is compressed, only .gz is read: decompress it, or use gzip"],
    ["-2022W40.1003", "", "it is named like a copy of the log, but as none that is read"],
    [".1.host-2", "", "it is named like a copy of the log, but as none that is read"],
    [".bak", "", "it is named like a copy of the log, but as none that is read"],
    [".old", ".gz", "it is named like a copy of the log, but as none that is read"],
  ])("to what is not read, as samples.jsonl%s%s: that is said, and the exit code is 1", async (suffix, packed, why) => {
    await collect(60);
    if (suffix === "") await writeFile(path + packed, "another format");
    else await rotate(suffix, packed);
    await collect(5);
    const name = `samples.jsonl${suffix}${packed}`;
    const samples = [suffix === "" ? 65 : 5];
    expect(await meters()).toEqual({ code: 1, samples, errors: [`countersign: not read: ${name}: ${why}`] });
    expect((await run(["samples"], storage, "--strict")).code).toBe(1);
  });

  it("and something wrote a .gz that is none: that is said", async () => {
    await collect(5);
    await writeFile(`${path}.1.gz`, "no gzip");
    expect(await meters()).toEqual({
      code: 1,
      samples: [5],
      errors: ["countersign: not read: samples.jsonl.1.gz: all of it: incorrect header check"],
    });
  });

  it("and its settlements as well: that is said", async () => {
    await collect(5);
    await writeFile(`${path}.settlements`, "");
    await writeFile(`${path}.settlements-20221001`, "");
    expect(await meters()).toEqual({
      code: 1,
      samples: [5],
      errors: [
        "countersign: not read: samples.jsonl.settlements-20221001: settlements are read from samples.jsonl.settlements alone: put its lines there",
      ],
    });
  });

  it("and nothing is said of what only has a name like it", async () => {
    await collect(5);
    for (const name of ["samples-2.jsonl", "samples.md", "samples.jsonl.notes", ".samples.jsonl.swp", "x-20221001"]) {
      await writeFile(join(folder.path, name), "no sample\n");
    }
    await mkdir(`${path}.2`);
    expect(await meters()).toEqual({ code: 0, samples: [5], errors: [] });
  });

  it("and no collector has written since: what was moved is read", async () => {
    await collect(5);
    await rotate("-20221001", ".gz");
    expect(await meters()).toEqual({ code: 0, samples: [5], errors: [] });
  });

  it("and was interrupted while it compressed: what is in front of the cut is read, and the cut is said", async () => {
    await collect(2_000);
    await rotate(".1", ".gz");
    await truncate(`${path}.1.gz`, 40_000);
    await collect(5);
    const { code, samples, errors } = await meters();
    expect([code, errors.length]).toEqual([1, 1]);
    const [, lines] =
      /^countersign: not read: samples.jsonl.1.gz: all that follows line (\d+): unexpected end of file$/.exec(
        errors[0] ?? "",
      ) ?? [];
    expect(Number(lines)).toBeGreaterThan(100);
    expect(samples).toEqual([Number(lines) + 5]);
  });

  it("and a compressed file holds zeros, which are a line of any length: it is left out, and the rest is read", async () => {
    await collect(5);
    await rotate(".1");
    const before = await readFile(`${path}.1`);
    await writeFile(
      `${path}.1.gz`,
      gzipSync(Buffer.concat([before, Buffer.alloc(40 << 20), Buffer.from("\n"), before])),
    );
    await rm(`${path}.1`);
    expect(await meters()).toEqual({
      code: 1,
      samples: [5],
      errors: [
        `countersign: not read: 1 line of samples.jsonl.1.gz: ${path}.1.gz:6: a line of more than 16777216 bytes`,
      ],
    });
  });

  it("and is compressing right now: what it compresses is still there and is read, once", async () => {
    await collect(60);
    await rotate(".1");
    await writeFile(`${path}.1.gz`, gzipSync(await readFile(`${path}.1`)).subarray(0, -60));
    await collect(5);
    expect(await meters()).toEqual({ code: 0, samples: [65], errors: [] });
  });

  it("again and again while it is read: each sample is there, once", async () => {
    await collect(300);
    const log = openFileLog({ path });
    const rotateOnce = async () => {
      for (let number = 9; number > 0; number--) {
        await rename(`${path}.${number}.gz`, `${path}.${number + 1}.gz`).catch(() => undefined);
      }
      await rename(path, `${path}.1`);
      await appendFile(path, `${toRow(aSample({ message_id: `m-${count++}`, counter_name: "other" }))}\n`);
      await writeFile(`${path}.1.gz`, gzipSync(await readFile(`${path}.1`)));
      await rm(`${path}.1`);
    };
    for (let rotation = 0; rotation < 8; rotation++) {
      const rotated = rotateOnce();
      expect((await allOf(log.samples({ meter: "cpu" }))).length).toBe(300);
      await rotated;
    }
    await log.close();
  });
});

describe("a line is cut off at the end of the file", () => {
  it("by a crash or a full disk: that is said, and the others are read", async () => {
    await collect(10);
    const { length } = await readFile(path);
    await truncate(path, length - 40);
    const { code, samples, errors } = await meters();
    expect([code, samples, errors]).toEqual([
      1,
      [9],
      [expect.stringMatching(/^countersign: not read: 1 line of samples.jsonl: .*:10: JSON: ends inside/)],
    ]);
  });

  it("while a writer is in the middle of it: the reading waits for the rest, and says nothing", async () => {
    await collect(10);
    const line = `${toRow(aSample({ message_id: "late" }))}\n`;
    await appendFile(path, line.slice(0, 200));
    const reading = meters();
    await appendFile(path, line.slice(200));
    expect(await reading).toEqual({ code: 0, samples: [11], errors: [] });
  });
});
