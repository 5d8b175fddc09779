import { describe, expect, it } from "vitest";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { StorageDriver, Stored } from "../../lib/storage/driver.ts";
import { openFanOut } from "../../lib/storage/fan-out.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { settlementFor } from "../../lib/storage/settlement.ts";
import { writeOnly } from "../../lib/storage/write-only.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import { describeStorageContract } from "./contract.ts";
import { allOf, recorded } from "./reading.ts";

describeStorageContract("fan-out", async () => {
  const drivers = [openMemory(), openMemory()] as const;
  const driver = openFanOut(drivers);
  return { driver, reopen: async () => openFanOut(drivers), close: () => driver.close() };
});

/** A memory storage with a fault: what it answers for a meter instead of storing it. */
function faulty(faults: Readonly<Record<string, Stored>>, name = "faulty"): StorageDriver {
  const memory = openMemory();
  const faultOf = (record: MeteringRecord) => (record.kind === "sample" ? faults[record.counter_name] : undefined);
  return {
    ...memory,
    name,
    unstorable: (record) =>
      record.kind === "sample" && record.counter_name === "huge" ? "too large for it" : undefined,
    async record(records) {
      await memory.record(records.filter((record) => faultOf(record) === undefined));
      return records.map((record) => faultOf(record) ?? { kind: "recorded" });
    },
  };
}

describe("the fan-out", () => {
  it("stores in all, and reads from the first", async () => {
    const [first, second] = [openMemory(), openMemory()];
    const sample = aSample();
    const event = anEvent();
    expect(await openFanOut([first, second]).record([sample, event])).toEqual(recorded(2));
    for (const driver of [first, second]) {
      expect(await allOf(driver.samples({}))).toEqual([sample]);
      expect(await allOf(driver.events({}))).toEqual([event]);
    }
    const only = aSample();
    await second.record([only]);
    expect(await allOf(openFanOut([first, second]).samples({}))).toEqual([sample]);
  });

  it("settles in all, and answers as for a record", async () => {
    const [first, second] = [openMemory(), openMemory()];
    const [one, other] = [aSample({ message_id: "m" }), aSample({ message_id: "m", user_id: null })];
    const driver = openFanOut([first, second]);
    await driver.record([one, other]);
    const settlement = settlementFor(one, { reason: "seen", by: "ann", at: "2022-10-01T08:00:00.000000Z" });

    expect(await driver.settle(settlement)).toEqual({ kind: "recorded" });
    for (const each of [first, second]) expect(await allOf(each.conflicts({}))).toEqual([]);
    const full: StorageDriver = { ...openMemory(), settle: async () => ({ kind: "failed", cause: "full" }) };
    expect(await openFanOut([first, full]).settle(settlement)).toEqual({ kind: "failed", cause: "full" });
  });

  it("stores nowhere what one of them can never store", async () => {
    const first = openMemory();
    const second = faulty({}, "small");
    const good = aSample();
    const driver = openFanOut([first, second]);
    const huge = aSample({ counter_name: "huge" });
    expect(await driver.record([huge, good, huge])).toEqual([
      { kind: "unstorable", detail: "small: too large for it" },
      { kind: "recorded" },
      { kind: "unstorable", detail: "small: too large for it" },
    ]);
    expect(driver.unstorable(huge)).toBe("small: too large for it");
    expect(await allOf(first.samples({}))).toEqual([good]);
    expect(await allOf(second.samples({}))).toEqual([good]);
  });

  const failed: Stored = { kind: "failed", cause: new Error("full") };
  const unstorable: Stored = { kind: "unstorable", detail: "never" };
  const cases: [string, Readonly<Record<string, Stored>>, Readonly<Record<string, Stored>>, Stored][] = [
    ["failed if one failed", { cpu: failed }, {}, failed],
    ["failed if another failed", {}, { cpu: failed }, failed],
    ["unstorable if one can never store it", {}, { cpu: unstorable }, unstorable],
    ["failed if one failed and another can never store it", { cpu: unstorable }, { cpu: failed }, failed],
  ];
  it.each(cases)("answers %s, for that record alone", async (_name, first, second, expected) => {
    const driver = openFanOut([faulty(first), faulty(second)]);
    const answers = await driver.record([aSample({ counter_name: "other" }), aSample(), anEvent()]);
    expect(answers).toEqual([{ kind: "recorded" }, expected, { kind: "recorded" }]);
  });

  it("counts as failed what a storage gives no answer for", async () => {
    const silent: StorageDriver = { ...openMemory(), record: async () => [] };
    expect(await openFanOut([openMemory(), silent]).record([aSample()])).toMatchObject([{ kind: "failed" }]);
  });

  it("can be read if the first of them can", async () => {
    const [first, second] = [openMemory(), { ...openMemory(), ...writeOnly("sink", "keeps nothing") }];
    const sample = aSample();
    const readable = openFanOut([first, second]);
    expect(await readable.record([sample])).toEqual(recorded(1));
    expect([readable.writeOnly, await allOf(readable.samples({}))]).toEqual([undefined, [sample]]);
    const refusing = openFanOut([second, first]);
    expect(refusing.writeOnly).toMatch(/^sink: keeps nothing, /);
    await expect(allOf(refusing.samples({}))).rejects.toThrow(refusing.writeOnly);
  });

  it("is named after all of them", () => {
    expect(openFanOut([openMemory(), faulty({}, "s3")]).name).toBe("memory+s3");
  });

  it("closes all, also when one can't be closed, and tells of it", async () => {
    const closed: string[] = [];
    const closing = (name: string, problem?: Error): StorageDriver => ({
      ...openMemory(),
      close: async () => {
        closed.push(name);
        if (problem !== undefined) throw problem;
      },
    });
    const driver = openFanOut([closing("a", new Error("stuck")), closing("b")]);
    await expect(driver.close()).rejects.toThrow("stuck");
    expect(closed).toEqual(["a", "b"]);
  });
});
