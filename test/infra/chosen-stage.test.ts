import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { chosenStage } from "../../lib/infra/chosen-stage.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let folder = await temporaryFolder();
beforeEach(async () => {
  await folder.remove();
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** Days that the chosen stage keeps samples, or what is wrong. */
function chosen(context: Record<string, unknown>): unknown {
  const known: Record<string, unknown> = {
    stage: "prod",
    "countersign:stages": { prod: { retentionDays: 400, log: false } },
    ...context,
  };
  const parsed = chosenStage((name) => known[name], folder.path);
  return parsed.ok ? [parsed.settings.retentionDays, parsed.settings.log] : parsed.problems;
}

const write = (name: string, content: string) => writeFileSync(join(folder.path, name), content);

describe("the stage that is meant", () => {
  it("is that of cdk.json where there is no file of one's own, or none of that name in it", () => {
    expect(chosen({})).toEqual([400, false]);
    write("stages.json", '{"dev":{"retentionDays":90}}');
    expect(chosen({})).toEqual([400, false]);
  });

  it("is that of one's own file where it is there, and nothing of the other", () => {
    write("stages.json", '{"prod":{"retentionDays":90}}');
    expect(chosen({})).toEqual([90, true]);
  });

  it("is that of the file which the context names", () => {
    write("stages.json", '{"prod":{"retentionDays":90}}');
    write("others.json", '{"prod":{"retentionDays":100}}');
    expect(chosen({ "countersign:file": "others.json" })).toEqual([100, true]);
    expect(chosen({ "countersign:file": join(folder.path, "others.json") })).toEqual([100, true]);
  });

  it.each([
    ["{", /^\/.*stages\.json: can't be read: .*JSON/],
    ["[]", /^stages\.json: expected an object, got \[\]$/],
    ["null", /^stages\.json: expected an object, got null$/],
    ['{"prod":{"retentionDays":5}}', /^stages\.json\.prod\.retentionDays: at least 84/],
    ['{"prod":null}', /^stages\.json: no stage "prod"/],
  ])("is refused with the file's name where the file is %s", (content, problem) => {
    write("stages.json", content);
    expect(chosen({})).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ["absent.json", /absent\.json: can't be read: ENOENT/],
    [5, /^countersign:file: expected a file's name, got 5$/],
  ])("is refused where the context names %j", (file, problem) => {
    expect(chosen({ "countersign:file": file })).toEqual([expect.stringMatching(problem)]);
  });
});
