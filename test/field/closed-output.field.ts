import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { record } from "../support/reading-commands.ts";
import { aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const COMMAND = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
const DAY = ["--from", "2022-09-30", "--to", "2022-10-01"];

describe("a reader that has seen enough, such as head,", () => {
  let folder: TemporaryFolder;
  let storage: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
    // More lines than a pipe holds.
    await record(
      storage,
      Array.from({ length: 2_000 }, (_, index) => aSample({ resource_id: `server-${index}` })),
    );
  });
  afterAll(() => folder.remove());

  it.each([
    ["usage", ...DAY, "--by", "resource_id"],
    ["usage", ...DAY, "--by", "resource_id", "--json"],
    ["statistics", "--meter", "cpu", "--by", "resource_id"],
    ["statistics", "--meter", "cpu", "--by", "resource_id", "--json"],
    ["samples", "--limit", "2000"],
    ["samples", "--limit", "2000", "--json"],
    ["export", "--format", "csv", ...DAY, "--by", "resource_id"],
    ["export", "--format", "jsonl", ...DAY, "--by", "resource_id"],
    ["export", "--format", "csv", "--what", "samples"],
    ["export", "--format", "jsonl", "--what", "samples"],
  ])("ends %s %s quietly, and well", (...args) => {
    const words = [process.execPath, COMMAND, ...args, "--storage", storage].map((word) => `'${word}'`).join(" ");
    const shell = spawnSync("sh", ["-c", `{ ${words}; echo "code $?" >&2; } | head -n 1`], { encoding: "utf8" });
    expect([shell.stdout.split("\n").length, shell.stderr]).toEqual([2, "code 0\n"]);
  });
});
