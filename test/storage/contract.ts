import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identity } from "../../lib/sample/identity.ts";
import { dialects, type MeteringRecord } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { events, samples } from "../support/record-arbitrary.ts";
import { anEvent, aSample, signedAgain } from "../support/sample-builder.ts";
import { describeConflictContract } from "./conflict-contract.ts";
import { exactFields, exactMetadata, exactVolumes, orderedLists } from "./exact-values.ts";
import { describeUnreadContract, type Exceptions } from "./exceptions.ts";
import { describeExplainContract } from "./explain-contract.ts";
import { describeFilterContract } from "./filter-contract.ts";
import { describePagingContract } from "./paging-contract.ts";
import { allOf, exactly, inOrder, recorded } from "./reading.ts";
import { second } from "./second.ts";
import { describeTakingContract } from "./taking-contract.ts";

/** A storage with nothing in it, as the contract needs one for each test. */
export interface OpenedStorage {
  readonly driver: StorageDriver;
  /** A second driver on the same stored data, as another process would open it. */
  reopen(): Promise<StorageDriver>;
  /** Closes every driver opened here and the service behind them. */
  close(): Promise<void>;
}

/**
 * What every storage driver promises. Each driver's test calls this, and adds what is its own.
 *
 * @param exceptions what this driver does not promise, each with its reason. Tests of what a driver is excepted from give
 * way to tests that it really does without: an exception that no longer holds fails.
 */
export function describeStorageContract(
  name: string,
  open: () => Promise<OpenedStorage>,
  exceptions: Exceptions = {},
): void {
  describeTakingContract(name, open);
  const unread = exceptions["does not read"];
  if (unread === undefined) {
    describeConflictContract(name, open);
    describeReadingContract(name, open);
    describeFilterContract(name, open);
    describePagingContract(name, open);
    describeExplainContract(name, open);
  } else describeUnreadContract(name, open, unread);
}

/** What a driver gives back of what it took. */
function describeReadingContract(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`${name}, as every storage that is read,`, () => {
    let storage: OpenedStorage;
    let driver: StorageDriver;

    beforeEach(async () => {
      storage = await open();
      driver = storage.driver;
    });
    afterEach(() => storage.close());

    async function expectReadBack(records: readonly MeteringRecord[]): Promise<void> {
      expect(await driver.record(records)).toEqual(recorded(records.length));
      const second = await storage.reopen();
      const readBack = [...(await allOf(second.samples({}))), ...(await allOf(second.events({})))];
      expect(inOrder(readBack).map(exactly)).toEqual(inOrder(records).map(exactly));
      expect(readBack.map(signedAgain)).toEqual(readBack.map((record) => record.message_signature));
    }

    it.each(exactVolumes)("reads back the volume %s", async (_name, counter_volume) => {
      await expectReadBack([aSample({ counter_volume, monotonic_time: counter_volume })]);
    });

    it.each(exactMetadata)("reads back metadata with %s", async (_name, resource_metadata) => {
      await expectReadBack([aSample({ resource_metadata })]);
    });

    it.each(exactFields)("reads back %s", (_name, fields) => expectReadBack([aSample(fields)]));

    it.each(dialects)("gives the signature again of what was signed in the dialect %s", async (dialect) => {
      const traits = [["price", 3n, 0.1 + 0.2] as const, ["bytes", 1n, "\u00e9"] as const];
      await expectReadBack([aSample({ dialect, resource_metadata: orderedLists() }), anEvent({ dialect, traits })]);
    });

    it("reads back what an envelope of signature v2 carried, which has no signature of its own", async () => {
      await expectReadBack([aSample({ dialect: "v2" }), anEvent({ dialect: "v2" })]);
    });

    it("reads back events with everything that was signed", async () => {
      await expectReadBack([
        anEvent({ raw: undefined }),
        anEvent({ raw: null, traits: [] }),
        anEvent({ raw: new Map<string, Value>([["payload", new Map([["size", 2n ** 60n]])]]) }),
        anEvent({
          traits: [
            ["__proto__", 0n, null],
            ["odd \u{1d4b3}\u0000", 3n, -0.0],
            ["bytes", 1n, new Uint8Array([0x61])],
          ],
        }),
        anEvent({ extra: new Map<string, Value>([["region", "eu-1"]]) }),
      ]);
    });

    it("reads back any samples and events exactly", async () => {
      const records = fc.uniqueArray(fc.oneof(samples(), events()), {
        selector: identity,
        minLength: 5,
        maxLength: 30,
      });
      await fc.assert(
        fc.asyncProperty(records, async (batch) => {
          await storage.close();
          storage = await open();
          driver = storage.driver;
          await expectReadBack(batch);
        }),
        { numRuns: 5 },
      );
    });

    it("reads back once what is recorded twice", async () => {
      const records = [aSample(), anEvent()];
      expect(await driver.record(records)).toEqual(recorded(2));
      expect(await driver.record(records)).toEqual(recorded(2));
      expect((await allOf(driver.samples({}))).map(identity)).toEqual([identity(records[0] as MeteringRecord)]);
      expect((await allOf(driver.events({}))).map(identity)).toEqual([identity(records[1] as MeteringRecord)]);
    });

    it("reads back once what two writers record", async () => {
      const sample = aSample();
      const other = await storage.reopen();
      expect(await Promise.all([driver.record([sample]), other.record([sample])])).toEqual([recorded(1), recorded(1)]);
      expect(await allOf(other.samples({}))).toHaveLength(1);
    });

    it("merges what one call holds twice, and answers for each", async () => {
      const sample = aSample();
      const event = anEvent();
      const answers = await driver.record([sample, event, { ...sample }, aSample(), { ...event }]);
      expect(answers).toEqual(recorded(5));
      expect(await allOf(driver.samples({}))).toHaveLength(2);
      expect(await allOf(driver.events({}))).toHaveLength(1);
    });

    it("keeps apart samples that differ in one part of their identity", async () => {
      const one = aSample({ message_id: "a" });
      const others = [
        aSample({ message_id: "b" }),
        aSample({ message_id: "a", counter_name: "cpu_util" }),
        aSample({ message_id: "a", resource_id: "another" }),
        aSample({ message_id: "a", time: "2022-09-30T12:00:00.123457Z" }),
        aSample({ message_id: "a", counter_name: "c", resource_id: `pu:${one.resource_id}` }),
        aSample({ message_id: "a", counter_name: "cp", resource_id: `u:${one.resource_id}` }),
      ];
      await expectReadBack([one, ...others]);
    });

    it("stores a batch of any size whole, answering in order", async () => {
      const batch = Array.from({ length: 67 }, (_, index) =>
        index % 7 === 0 ? anEvent({ time: second(index) }) : aSample({ time: second(index) }),
      );
      await expectReadBack(batch);
    });

    it("does nothing for an empty batch", async () => {
      expect(await driver.record([])).toEqual([]);
      expect(await allOf(driver.samples({}))).toEqual([]);
      expect(await allOf(driver.events({}))).toEqual([]);
    });

    it("stores what is recorded at the same time", async () => {
      const batches = Array.from({ length: 8 }, () => Array.from({ length: 9 }, () => aSample()));
      expect(await Promise.all(batches.map((batch) => driver.record(batch)))).toEqual(batches.map(() => recorded(9)));
      expect((await allOf(driver.samples({}))).map(identity).sort()).toEqual(batches.flat().map(identity).sort());
    });
  });
}
