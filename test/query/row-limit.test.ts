import { beforeEach, describe, expect, it } from "vitest";
import { DAY, toInstant } from "../../lib/query/instant.ts";
import { defaultRules } from "../../lib/query/rules.ts";
import { type UsageQuery, usage, usageWithin } from "../../lib/query/usage.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { aSample } from "../support/sample-builder.ts";

const FROM = toInstant("2022-09-01T00:00:00.000000Z");
const DAYS = 5;

const fiveDays: UsageQuery = {
  by: ["resource_id"],
  borders: Array.from({ length: DAYS + 1 }, (_, day) => FROM + day * DAY),
  rules: defaultRules,
};

const sample = (day: number, fields: Partial<Sample> = {}) =>
  aSample({ counter_name: "m", counter_type: "delta", time: `2022-09-0${day}T12:00:00.000000Z`, ...fields });

describe("usage that may have so many rows", () => {
  let memory: StorageDriver;
  let read: number;
  const storage: Pick<StorageDriver, "samples"> = {
    async *samples(filter) {
      for await (const one of memory.samples(filter)) {
        read += 1;
        yield one;
      }
    },
  };
  beforeEach(() => {
    memory = openMemory();
    read = 0;
  });

  it.each<[string, number, UsageQuery, readonly Sample[]]>([
    ["each group", 3, fiveDays, ["a", "b", "c"].map((resource_id) => sample(5, { resource_id }))],
    ["each period", 5, fiveDays, [1, 2, 3, 4, 5].map((day) => sample(day))],
    ["each of several meters", 2, { ...fiveDays, meters: ["m", "n"] }, [sample(5), sample(5, { counter_name: "n" })]],
    ["what was not measured", 5, fiveDays, [sample(1, { counter_type: "gauge" })]],
    [
      "a conflict that has a project of its own",
      2,
      { ...fiveDays, by: [] },
      [sample(5, { message_id: "m" }), sample(5, { message_id: "m", project_id: "p", counter_volume: 0n })],
    ],
  ])("counts a row for %s", async (_what, count, query, samples) => {
    await memory.record(samples);
    const rows = await usage(storage, query);
    expect(rows).toHaveLength(count);
    expect(await usageWithin(count, storage, query)).toEqual(rows);
    expect(await usageWithin(count - 1, storage, query)).toBe(undefined);
  });

  it("is not read on where there are more", async () => {
    await memory.record([1, 2, 3, 4, 5].map((day) => sample(day)));
    expect(await usageWithin(2, storage, fiveDays)).toBe(undefined);
    expect(read).toBe(3);
  });

  it("passes on what the storage says", async () => {
    const failing: Pick<StorageDriver, "samples"> = {
      async *samples(filter) {
        yield* storage.samples(filter);
        throw new Error("the disk is gone");
      },
    };
    await expect(usageWithin(1, failing, fiveDays)).rejects.toThrow("the disk is gone");
  });
});
