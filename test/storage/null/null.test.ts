import { describe, expect, it } from "vitest";
import { allDrivers } from "../../../lib/assembly/drivers.ts";
import { main } from "../../../lib/cli/main.ts";
import { openNull } from "../../../lib/storage/null/null.ts";
import { openStorage } from "../../../lib/storage/open-storage.ts";
import { captureIo } from "../../support/captured-io.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { describeStorageContract } from "../contract.ts";
import { recorded } from "../reading.ts";

describeStorageContract(
  "null",
  async () => {
    const driver = openNull();
    return { driver, reopen: async () => openNull(), close: () => driver.close() };
  },
  { "does not read": "takes everything and keeps nothing" },
);

describe("the null storage", () => {
  it("counts what it takes, as often as it comes", async () => {
    const driver = openNull();
    expect(driver.taken()).toEqual({ samples: 0, events: 0 });
    const sample = aSample();
    expect(await driver.record([sample, anEvent(), sample])).toEqual(recorded(3));
    expect(await driver.record([sample])).toEqual(recorded(1));
    expect(driver.taken()).toEqual({ samples: 3, events: 1 });
    expect(openNull().taken()).toEqual({ samples: 0, events: 0 });
  });

  it("is named by a URL without a name, and warns whoever is about to write there", async () => {
    const warnings: string[] = [];
    const opened = await openStorage("null:", allDrivers, { onWarning: (problem) => warnings.push(problem) });
    expect(opened).toMatchObject({ ok: true, driver: { name: "null" } });
    expect(warnings).toEqual(["null: keeps nothing of what is recorded there"]);
    expect(await openStorage("null:x", allDrivers)).toMatchObject({ problem: '"null:x": null: takes no name' });
  });

  it.each([
    ["samples"],
    ["meters"],
    ["resources"],
    ["events"],
    ["statistics", "--meter", "cpu"],
    ["usage", "--from", "2022-09-01", "--to", "2022-10-01"],
    ["conflicts", "ls"],
    ["conflicts", "show", "abcd"],
    ["conflicts", "settle", "abcd", "--content", "abcd", "--reason", "seen", "--by", "ann"],
  ])("is not read by %s", async (...command) => {
    const io = captureIo();
    expect(await main([...command, "--storage", "null:"], io)).toBe(2);
    expect([io.lines, io.errors]).toEqual([
      [],
      ["countersign: null: keeps nothing, so nothing can be read from it; name another storage with --storage"],
    ]);
  });
});
