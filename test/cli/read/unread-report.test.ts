import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUnreadReport } from "../../../lib/cli/read/unread-report.ts";
import { captureIo } from "../../support/captured-io.ts";
import { record, run } from "../../support/reading-commands.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

describe("what a command did not read", () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  it.each([
    ["usage", "--from", "2022-09-30", "--to", "2022-10-01", "--meter", "cpu", "--meter", "memory"],
    ["statistics", "--meter", "cpu", "--period", "60"],
  ])("is counted once, although countersign %s reads twice", async (command, ...args) => {
    const path = join(folder.path, "samples.jsonl");
    const storage = pathToFileURL(path).href;
    await record(storage, [aSample()]);
    await appendFile(path, "damaged\ndamaged too\n");
    const { code, errors } = await run([command], storage, ...args);
    const said = `countersign: not read: 2 lines of ${path}, the first: ${path}:2: JSON: `;
    expect([code, errors]).toEqual([1, [expect.stringContaining(said)]]);
  });

  it("is said of a storage by its name, where nothing can be read at all", async () => {
    const storage = pathToFileURL(folder.path).href;
    const said = `countersign samples: "${storage}": EISDIR: illegal operation on a directory, read`;
    expect(await run(["samples"], storage)).toEqual({ code: 1, lines: [], errors: [said] });
  });

  it("is counted no further than it is held", () => {
    const io = captureIo();
    const report = createUnreadReport(false);
    const items = { name: "table samples", of: "items" } as const;
    for (let index = 0; index < 10_000; index++) report.note(`item ${index}`, "it is damaged", items);
    report.note("item 1", "it is damaged", items);
    report.tell(io);
    report.note("one more item", "it is damaged", items);
    for (let index = 0; index < 20; index++)
      report.note(`object-${index}`, "it ends", { name: `${index}`, of: "whole" });
    report.tell(io);
    expect([io.errors[0], io.errors[1], io.errors.at(-2), io.errors.at(-1)]).toEqual([
      "countersign: not read: 10000 items of table samples, the first: it is damaged",
      "countersign: not read: more than 10000 items of table samples, the first: it is damaged",
      "countersign: not read: 18: it ends",
      "countersign: not read: 1 more, of other files or objects",
    ]);
  });
});
