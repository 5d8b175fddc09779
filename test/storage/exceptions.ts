import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { settlementFor } from "../../lib/storage/settlement.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import type { OpenedStorage } from "./contract.ts";
import { allOf, recorded } from "./reading.ts";

/** What a driver may be excepted from, and why it is: a reason that its documentation could give. */
export type Exceptions = Readonly<Partial<Record<"does not read", string>>>;

/** In place of all that is promised of reading. */
export function describeUnreadContract(name: string, open: () => Promise<OpenedStorage>, reason: string): void {
  describe(`${name}, which does not read: ${reason},`, () => {
    let storage: OpenedStorage;

    beforeEach(async () => {
      storage = await open();
    });
    afterEach(() => storage.close());

    it("refuses each reading, before and after it has taken something, and says what to do", async () => {
      expect(reason).toMatch(A_REASON);
      await expectUnread(storage.driver);
      await expectUnread(await storage.reopen());
    });
  });
}

/** Not only a word. */
const A_REASON = /\S+ \S+/;
const WHAT_TO_DO = /nothing can be read from it; name another storage with --storage$/;

/** Fails for a driver of which anything can be read, and for one that would be taken for empty. */
export async function expectUnread(driver: StorageDriver): Promise<void> {
  const why = driver.writeOnly ?? "";
  expect(why, "says that it is write-only").toMatch(WHAT_TO_DO);
  expect(why.split(": ")[0]).toBe(driver.name);
  await expectRefusals(driver);
  const [sample, event] = [aSample(), anEvent()];
  expect(await driver.record([sample, event])).toEqual(recorded(2));
  // Beside it may be a storage that is read, which can't be settled unless all can.
  const decision = { reason: "one of one", by: "ann", at: "2022-10-01T08:00:00.000000Z" };
  expect(await driver.settle(settlementFor(sample, decision))).toEqual({ kind: "recorded" });
  await expectRefusals(driver);
}

async function expectRefusals(driver: StorageDriver): Promise<void> {
  const readings = {
    samples: driver.samples({}),
    "no samples": driver.samples({ limit: 0 }),
    conflicts: driver.conflicts({ settled: true }),
    events: driver.events({}),
  };
  for (const [what, reading] of Object.entries(readings)) {
    const refusal = await allOf<unknown>(reading).then(
      (read) => `gave ${read.length} ${what}`,
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
    expect(refusal).toBe(driver.writeOnly);
  }
}
