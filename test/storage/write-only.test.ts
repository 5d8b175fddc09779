import { describe, expect, it } from "vitest";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { memoryUrls } from "../../lib/storage/memory/place.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { storageKind } from "../../lib/storage/storage-kind.ts";
import { writeOnly } from "../../lib/storage/write-only.ts";
import { aSample } from "../support/sample-builder.ts";
import { allOf, recorded } from "./reading.ts";

const WHY = "sink: keeps nothing, so nothing can be read from it; name another storage with --storage";

let closed = 0;
const sink = storageKind({ scheme: "sink", form: "sink:", placeOf: () => ({}) }, async () => async () => ({
  ok: true,
  driver: { ...openMemory(), name: "sink", ...writeOnly("sink", "keeps nothing"), close: async () => void closed++ },
}));
const memory = storageKind(memoryUrls, async () => async () => ({ ok: true, driver: openMemory() }));

describe("a storage that is only written to", () => {
  it("fails each reading, and says what to do", async () => {
    const opened = await openStorage("sink:", [sink]);
    if (!opened.ok) throw new Error(opened.problem);
    const { driver } = opened;
    expect([driver.writeOnly, await driver.record([aSample()])]).toEqual([WHY, recorded(1)]);
    for (const reading of [driver.samples({}), driver.conflicts({}), driver.events({})]) {
      await expect(allOf<unknown>(reading)).rejects.toThrow(WHY);
    }
  });

  it("is not opened for reading, and closed again", async () => {
    const before = closed;
    const refused = { ok: false, problem: WHY, transient: false };
    expect(await openStorage("sink:", [sink, memory], { readOnly: true })).toEqual(refused);
    expect(await openStorage("sink:,memory:", [sink, memory], { readOnly: true })).toEqual(refused);
    expect(closed).toBe(before + 2);
  });

  it("may stand behind one that is read", async () => {
    expect(await openStorage("memory:,sink:", [sink, memory], { readOnly: true })).toMatchObject({ ok: true });
  });
});
