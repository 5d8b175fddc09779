import { describe, expect, it } from "vitest";
import type { Column } from "../../../lib/cli/export/column.ts";
import { createExportProgress } from "../../../lib/cli/export/progress.ts";
import { progressing, writeRows } from "../../../lib/cli/export/write-rows.ts";
import { openMemory } from "../../../lib/storage/memory/memory.ts";
import { allOf } from "../../storage/reading.ts";
import { captureIo } from "../../support/captured-io.ts";
import { aSample } from "../../support/sample-builder.ts";

const columns: readonly Column<number>[] = [{ name: "n", kind: "plain", value: String }];
const written = { format: "csv", columns, toJson: String } as const;

describe("rows of an export", () => {
  it("are asked for no faster than they are taken", async () => {
    const io = captureIo();
    let asked = 0;
    async function* rows() {
      for (; asked < 100; asked++) yield asked;
    }
    const taken: (() => void)[] = [];
    const drained = () => new Promise<void>((resolve) => taken.push(resolve));
    const writing = progressing(io, (progress) => writeRows(rows(), written, { ...io, drained }, progress));
    for (let row = 0; row < 100; row++) {
      await new Promise(setImmediate);
      expect([asked, io.lines.length]).toEqual([row, row + 2]);
      taken.at(-1)?.();
    }
    await writing;
  });

  it("end where they can't be written, and leave the terminal as it was", async () => {
    const io = captureIo({ isTerminal: true });
    const drained = () => Promise.reject(new Error("closed"));
    const writing = progressing(io, (progress) => writeRows([1, 2, 3], written, { ...io, drained }, progress));
    await expect(writing).rejects.toThrow("closed");
    expect([io.lines, io.errors]).toEqual([["n\r", "1\r"], [""]]);
  });
});

describe("the progress of an export", () => {
  async function shown(options: Parameters<typeof captureIo>[0]): Promise<readonly string[]> {
    const io = captureIo(options);
    let now = 0;
    const progress = createExportProgress(io, () => (now += 60));
    const storage = openMemory();
    await storage.record([aSample(), aSample(), aSample()]);
    await allOf(progress.counting(storage).samples({}));
    progress.wrote();
    progress.clear();
    return io.errors;
  }

  it("is shown at the bottom of a terminal, now and then", async () => {
    expect(await shown({ isTerminal: true })).toEqual([
      "2 samples read, 0 rows written",
      "3 samples read, 1 rows written",
      "",
    ]);
  });

  it("is shown neither in a log nor between rows that go to the same terminal", async () => {
    expect(await shown({})).toEqual([]);
    expect(await shown({ isTerminal: true, width: 80 })).toEqual([""]);
  });
});
