import { describe, expect, it } from "vitest";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { writeOnly } from "../../lib/storage/write-only.ts";
import { describeStorageContract } from "./contract.ts";
import { expectUnread } from "./exceptions.ts";

const why = writeOnly("sink", "takes everything and keeps nothing");

function openSink(changed: Partial<StorageDriver> = {}): StorageDriver {
  return { ...openMemory(), name: "sink", ...why, ...changed };
}

describeStorageContract(
  "a sink",
  async () => {
    const driver = openSink();
    return { driver, reopen: async () => openSink(), close: () => driver.close() };
  },
  { "does not read": "takes everything and keeps nothing" },
);

describe("an exception from reading", () => {
  const { samples, conflicts, events } = openMemory();

  it.each<[string, StorageDriver, string]>([
    ["can be read and says so", openMemory(), "says that it is write-only"],
    ["can be read, although it says that it can't", openSink({ samples, conflicts, events }), "gave 0 samples"],
    ["gives no samples instead of refusing", openSink({ samples }), "gave 0 samples"],
    ["gives no conflicts instead of refusing", openSink({ conflicts }), "gave 0 conflicts"],
    ["gives no events instead of refusing", openSink({ events }), "gave 0 events"],
    ["does not say what to do", openSink({ writeOnly: "sink: keeps nothing" }), "says that it is write-only"],
    ["says it of another", openSink({ name: "well" }), "well"],
    ["does not take records", openSink({ record: async () => [] }), "to deeply equal"],
    ["does not take settlements", openSink({ settle: async () => ({ kind: "failed", cause: "" }) }), "to deeply equal"],
  ])("fails for a storage that %s", async (_name, driver, told) => {
    await expect(expectUnread(driver)).rejects.toThrow(told);
  });

  it("holds for one that refuses", () => expectUnread(openSink()));
});
