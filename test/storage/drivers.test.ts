import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { collectCommand } from "../../lib/cli/collect.ts";
import { samplesCommand } from "../../lib/cli/read/samples.ts";
import { UrlParameters } from "../../lib/storage/url-parameters.ts";

const docs = readFileSync("docs/storage.md", "utf8").split("\n");
const folders = readdirSync("lib/storage", { recursive: true, encoding: "utf8" }).flatMap(
  (file) => /^([^/]+)\/place\.ts$/.exec(file)?.[1] ?? [],
);

describe("the list of storages", () => {
  it("has every driver's folder", () => {
    expect(allDrivers.map(({ scheme }) => scheme).sort()).toEqual(folders.sort());
  });
});

describe.each(allDrivers.map((kind) => [kind.form, kind] as const))("the storage %s", (form, kind) => {
  it("has a section of the documentation", () => {
    expect(docs).toContain(`## ${form}`);
  });

  it("passes the contract", () => {
    const { scheme } = kind;
    expect(readFileSync(`test/storage/${scheme}/${scheme}.test.ts`, "utf8")).toMatch(/^describeStorageContract\(/m);
  });

  it("is named by the help of what writes, and of what reads if anything is left to read", () => {
    const line = form + (kind.parameters === undefined ? "" : `[?${kind.parameters}]`);
    expect(indented(collectCommand.help)).toContain(line);
    if (kind.leavesNothing) expect(samplesCommand.help).not.toContain(form);
    else expect(indented(samplesCommand.help)).toContain(line);
  });

  it("has those parameters that its help shows, and no others", () => {
    const parameters = new UrlParameters(new URLSearchParams("no_such=1"));
    kind.placeOf(new URL(form), parameters, form);
    parameters.refuseOthers();
    const known = /: there are (?:none|(.*))$/.exec(parameters.problems.at(-1) ?? "")?.[1]?.split(", ") ?? [];
    const shown = [...new URLSearchParams(kind.parameters ?? "").keys()];
    expect(known.sort()).toEqual(shown.sort());
  });
});

function indented(help: string): readonly string[] {
  return help.split("\n").map((line) => line.trim());
}
