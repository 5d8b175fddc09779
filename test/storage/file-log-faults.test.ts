import { mkdir, open as openFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { identity } from "../../lib/sample/identity.ts";
import { type FileLog, type FileLogOptions, openFileLog } from "../../lib/storage/file/file.ts";
import { toRow } from "../../lib/storage/rows/record-row.ts";
import { aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { allOf, recorded } from "./reading.ts";

describe("the file log, when the disk refuses,", () => {
  let folder: TemporaryFolder;
  let path: string;
  const open: FileLog[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, "samples.jsonl");
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    for (const driver of open.splice(0)) await driver.close();
    await folder.remove();
  });

  function openHere(options: Partial<FileLogOptions> = {}): FileLog {
    const driver = openFileLog({ path, ...options });
    open.push(driver);
    return driver;
  }

  it.runIf(process.platform === "linux")("fails a batch that the disk has no room for", async () => {
    const answers = await openHere({ path: "/dev/full" }).record([aSample(), aSample()]);
    expect(answers).toMatchObject([
      { kind: "failed", cause: { code: "ENOSPC" } },
      { kind: "failed", cause: { code: "ENOSPC" } },
    ]);
  });

  it("fails a batch whose folder is a file, and records it once that is mended", async () => {
    await writeFile(path, "");
    const driver = openHere({ path: join(path, "samples.jsonl") });
    expect(await driver.record([aSample()])).toMatchObject([{ kind: "failed", cause: { code: "EEXIST" } }]);
    await rm(path);
    expect(await driver.record([aSample()])).toEqual(recorded(1));
  });

  it("answers recorded for what was written before the disk refused", async () => {
    // The second file can't be made: where the first has to go, there is a folder with something in it.
    await mkdir(join(`${path}.1`, "in the way"), { recursive: true });
    const batch = [aSample({ message_id: "m-1" }), aSample({ message_id: "m-2" })];
    const maxBytes = Buffer.byteLength(toRow(batch[0] ?? aSample())) + 10;
    const answers = await openHere({ maxBytes, backupCount: 1 }).record(batch);
    expect(answers.map(({ kind }) => kind)).toEqual(["recorded", "failed"]);
    expect(await readFile(path, "utf8")).toBe(`${toRow(batch[0] ?? aSample())}\n`);
  });

  it("fails a batch of which half was written, and starts the next one on a new line", async () => {
    const [first, half, next] = [aSample(), aSample(), aSample()];
    const driver = openHere();
    await driver.record([first]);
    const prototype = await fileHandlePrototype(path);
    const { write } = prototype;
    vi.spyOn(prototype, "write").mockImplementationOnce(async function (this: Writing, bytes: Buffer) {
      await write.call(this, bytes, 0, 50);
      throw new Error("no space left");
    });
    expect(await driver.record([half])).toEqual([{ kind: "failed", cause: new Error("no space left") }]);
    expect(await driver.record([next])).toEqual(recorded(1));
    expect((await allOf(driver.samples({}))).map(identity)).toEqual([next, first].map(identity));
  });

  it("goes on with what the system did not take at once", async () => {
    const prototype = await fileHandlePrototype("/dev/null");
    const { write } = prototype;
    vi.spyOn(prototype, "write").mockImplementationOnce(function (this: Writing, bytes: Buffer) {
      return write.call(this, bytes, 0, 50);
    });
    const sample = aSample();
    const driver = openHere();
    expect(await driver.record([sample])).toEqual(recorded(1));
    expect(await allOf(driver.samples({}))).toEqual([sample]);
  });

  it("fails a batch that is written but not on the disk", async () => {
    vi.spyOn(await fileHandlePrototype("/dev/null"), "datasync").mockRejectedValueOnce(new Error("i/o error"));
    expect(await openHere().record([aSample()])).toEqual([{ kind: "failed", cause: new Error("i/o error") }]);
  });

  it("tells whoever prepares it", async () => {
    await expect(openHere({ path: folder.path }).prepare()).rejects.toMatchObject({ code: "EISDIR" });
  });

  it("tells a reader", async () => {
    await expect(allOf(openHere({ path: folder.path }).samples({}))).rejects.toMatchObject({ code: "EISDIR" });
  });
});

/** What the driver uses of Node's file handles. */
interface Writing {
  write(bytes: Buffer, offset: number, length: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
}

/** Where a fault can be put into what a driver has opened. */
async function fileHandlePrototype(file: string): Promise<Writing> {
  const handle = await openFile(file, "r");
  await handle.close();
  return Object.getPrototypeOf(handle);
}
