import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { record, run } from "../support/reading-commands.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

describe("a list shows less than there is", () => {
  let folder: TemporaryFolder;
  let storage: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
    const samples = Array.from({ length: 101 }, (_, index) =>
      aSample({ time: `2022-09-30T12:00:00.${String(index).padStart(6, "0")}Z` }),
    );
    const events = Array.from({ length: 101 }, () => anEvent());
    // The hundredth is a conflict, which counts once and is shown whole.
    const conflicting = samples.slice(1, 2).map((one) => ({ ...one, counter_volume: 7n }));
    await record(storage, [...samples, ...conflicting, ...events]);
  });
  afterAll(() => folder.remove());

  const said = "countersign: there are more than these 100: give --limit, --after, or --from and --to";
  const place = expect.stringMatching(/^[A-Za-z0-9_-]+$/);

  it.each([
    ["samples", 101],
    ["events", 100],
  ])("as %s ends at its default of 100: said, with --json too", async (command, shown) => {
    const table = await run([command], storage);
    const more = expect.stringMatching(/^more: --after [A-Za-z0-9_-]+$/);
    expect([table.code, table.lines.length, table.errors]).toEqual([0, shown + 1, [said, more]]);
    const json = await run([command], storage, "--json");
    expect([json.code, json.lines.length, json.errors]).toEqual([0, shown + 1, [said]]);
    expect(JSON.parse(json.lines.at(-1) ?? "")).toEqual({ next: place });
  });

  it.each([
    ["as many are asked for as there are", ["--limit", "101"]],
    ["a hundred is all there is", ["--from", "2022-09-30T12:00:00.000001Z"]],
  ])("but nothing is said where %s", async (_why, args) => {
    const { code, lines, errors } = await run(["samples"], storage, "--json", ...args);
    const all = args.includes("--limit") ? 102 : 101;
    expect([code, lines.length, errors]).toEqual([0, all, []]);
  });

  it.each([["samples"], ["meters"], ["resources"], ["events"], ["conflicts", "ls"]])(
    "as %s were asked for a time that ends before it begins",
    async (...command) => {
      const times = ["--from", "2022-10-01", "--to", "2022-09-01T00:00:00Z"];
      expect(await run(command, storage, ...times)).toEqual({
        code: 2,
        lines: [],
        errors: ["countersign: --from 2022-10-01 is not before --to 2022-09-01T00:00:00Z: there is nothing in between"],
      });
    },
  );
});
