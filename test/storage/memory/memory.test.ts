import { describe, expect, it } from "vitest";
import { openMemory } from "../../../lib/storage/memory/memory.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { describeStorageContract } from "../contract.ts";
import { allOf } from "../reading.ts";

describeStorageContract("memory", async () => {
  const driver = openMemory();
  return { driver, reopen: async () => driver, close: () => driver.close() };
});

describe("the memory storage", () => {
  it("keeps nothing for another one", async () => {
    await openMemory().record([aSample(), anEvent()]);
    const other = openMemory();
    expect([...(await allOf(other.samples({}))), ...(await allOf(other.events({})))]).toEqual([]);
  });

  it("reads what it held when reading began", async () => {
    const driver = openMemory();
    const first = aSample();
    await driver.record([first]);
    const read = [];
    for await (const sample of driver.samples({})) {
      read.push(sample);
      await driver.record([aSample()]);
    }
    expect(read).toEqual([first]);
  });

  it("reads samples of one time in the same order every time", async () => {
    const records = ["c", "a", "b"].map((message_id) => aSample({ message_id }));
    const driver = openMemory();
    await driver.record(records);
    const ids = (await allOf(driver.samples({}))).map((sample) => sample.message_id);
    expect(ids).toEqual(["c", "b", "a"]);
  });
});
