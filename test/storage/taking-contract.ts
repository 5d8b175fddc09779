import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import type { OpenedStorage } from "./contract.ts";
import { recorded } from "./reading.ts";

/** What every storage answers to what it is given, whether it can be read or not. */
export function describeTakingContract(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`${name}, as every storage,`, () => {
    let storage: OpenedStorage;
    let driver: StorageDriver;

    beforeEach(async () => {
      storage = await open();
      driver = storage.driver;
    });
    afterEach(() => storage.close());

    it("can store what a publisher sends", () => {
      expect([aSample(), anEvent()].map((record) => driver.unstorable(record))).toEqual([undefined, undefined]);
    });

    it.each([0, 1, 2, 67])("answers for each of %i records", async (count) => {
      const batch = Array.from({ length: count }, (_, index) => (index % 7 === 1 ? anEvent() : aSample()));
      expect(await driver.record(batch)).toEqual(recorded(count));
    });

    it("answers for each of what comes twice, in one call or in several, from one writer or from two", async () => {
      const [sample, event] = [aSample(), anEvent()];
      expect(await driver.record([sample, event, { ...sample }, { ...event }])).toEqual(recorded(4));
      const other = await storage.reopen();
      expect(await Promise.all([driver.record([sample]), other.record([sample, event])])).toEqual([
        recorded(1),
        recorded(2),
      ]);
    });

    it("may be closed twice", async () => {
      await driver.record([aSample()]);
      await driver.close();
      await driver.close();
    });
  });
}
