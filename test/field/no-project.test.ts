import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { record, run } from "../support/reading-commands.ts";
import { aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

describe("samples came without a project", () => {
  let folder: TemporaryFolder;
  let storage: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
    const twice = aSample({ message_id: "none-3", project_id: null });
    await record(storage, [
      aSample({ message_id: "one", project_id: "p-1" }),
      aSample({ message_id: "none-1", project_id: null }),
      aSample({ message_id: "none-2", project_id: "" }),
      twice,
      { ...twice, counter_volume: 7n },
    ]);
  });
  afterEach(() => folder.remove());

  it.each([
    ["--no-project", ["--no-project"]],
    ["an empty --project", ["--project", ""]],
    ["--project= and nothing", ["--project="]],
  ])("and are found with %s, by every command that takes a project", async (_name, args) => {
    const { code, lines } = await run(["samples"], storage, "--json", "--from", "2022-01-01", ...args);
    const ids = lines.map((line) => JSON.parse(line).message_id).sort();
    expect([code, ids]).toEqual([0, ["none-1", "none-2", "none-3", "none-3"]]);
    const meters = await run(["meters"], storage, "--json", ...args);
    expect(meters.lines.map((line) => JSON.parse(line).samples)).toEqual([3]);
    const resources = await run(["resources"], storage, "--json", "--limit", "9", ...args);
    expect(resources.lines.map((line) => JSON.parse(line).samples)).toEqual([3]);
    const conflicts = await run(["conflicts", "ls"], storage, "--json", ...args);
    expect(conflicts.lines.map((line) => JSON.parse(line).message_id)).toEqual(["none-3"]);
  });

  it("and a call that asks for one and for none is wrong", async () => {
    expect(await run(["meters"], storage, "--project", "p-1", "--no-project")).toEqual({
      code: 2,
      lines: [],
      errors: ["countersign: give either --project or --no-project"],
    });
  });
});
