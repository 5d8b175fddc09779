import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Value } from "../../../lib/sample/value.ts";
import type { StorageDriver } from "../../../lib/storage/driver.ts";
import { openDynamoDb } from "../../../lib/storage/dynamodb/dynamodb.ts";
import { refusedToOperator } from "../../access/contract-calls.ts";
import { type Call, failCalls, leaveUnprocessed, watchCalls } from "../../support/dynamodb-faults.ts";
import { clientOf, type DynamoDbServer, itemsIn, startDynamoDb } from "../../support/dynamodb-server.ts";
import { type RecordingProxy, startRecordingProxy } from "../../support/recording-proxy.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { describeStorageContract } from "../contract.ts";
import { allOf, exactly, inOrder, recorded } from "../reading.ts";

let server: DynamoDbServer;
/** The way to the server that the contract takes. */
let contract: RecordingProxy;
beforeAll(async () => {
  server = await startDynamoDb();
  contract = await startRecordingProxy(server.endpoint);
});
afterAll(() => Promise.all([contract.close(), server.close()]));

describeStorageContract("dynamodb", async () => {
  const table = await server.freshTable();
  const drivers: StorageDriver[] = [];
  const reopen = async () => {
    const driver = openDynamoDb({ client: clientOf(contract.url), table });
    drivers.push(driver);
    return driver;
  };
  return {
    driver: await reopen(),
    reopen,
    close: async () => {
      for (const driver of drivers) await driver.close();
    },
  };
});

it("makes no call for all that the contract asks which an operator has no right to", () => {
  const construct = (table: string) => `SampleStorageTables${table.endsWith("-resources") ? "Resources" : "Samples"}`;
  expect(contract.calls.length).toBeGreaterThan(100);
  expect(refusedToOperator(contract.calls, { construct })).toEqual([]);
});

describe("the DynamoDB storage", () => {
  let table: string;
  let client: ReturnType<DynamoDbServer["client"]>;
  let calls: Call[];
  let driver: StorageDriver;
  const immediately = { random: () => 0 };

  beforeEach(async () => {
    table = await server.freshTable();
    client = server.client();
    calls = watchCalls(client);
    driver = openDynamoDb({ client, table, ...immediately });
  });

  const rows = () => itemsIn(server.client(), table);
  const resources = () => itemsIn(server.client(), `${table}-resources`);
  const putsInto = (name: string) => calls.map(({ puts }) => puts[name]?.length ?? 0).filter((count) => count > 0);

  it("calls nobody for an empty batch", async () => {
    expect(await driver.record([])).toEqual([]);
    expect(calls).toEqual([]);
  });

  it("splits what is more than a batch write takes", async () => {
    expect(await driver.record(Array.from({ length: 60 }, () => aSample()))).toEqual(recorded(60));
    expect(putsInto(table).sort()).toEqual([10, 25, 25]);
    expect(await rows()).toHaveLength(60);
  });

  it("splits what is more than the 16 MB of a request", async () => {
    const samples = Array.from({ length: 8 }, () => aSample({ publisher_id: "\u0001".repeat(390_000) }));
    // The service here takes seconds for so much on a busy machine.
    const patient = openDynamoDb({ client, table, giveUpAfterMs: 120_000 });
    expect(await patient.record(samples)).toEqual(recorded(8));
    expect(putsInto(table).sort()).toEqual([1, 7]);
  });

  it("puts a key once that one call holds twice, the last of them", async () => {
    const first = aSample({ publisher_id: "first" });
    const last = aSample({ publisher_id: "last", message_id: first.message_id });
    expect(await driver.record([first, last, first, last])).toEqual(recorded(4));
    expect(putsInto(table)).toEqual([1]);
    expect((await allOf(driver.samples({}))).map((sample) => sample.publisher_id)).toEqual(["last"]);
  });

  it("writes the same row whatever wrote it before, so that the table's stream is silent", async () => {
    const sample = aSample();
    await driver.record([sample]);
    const before = await rows();
    await openDynamoDb({ client: server.client(), table, now: () => 0 }).record([aSample(sample)]);
    expect(await rows()).toEqual(before);
  });

  describe("writes metadata once a version", () => {
    it("while it remembers", async () => {
      await driver.record([aSample(), aSample(), aSample({ resource_id: "other" })]);
      await driver.record([aSample(), aSample({ resource_id: "other" })]);
      // Each of the two resources has one metadata version and one meter.
      expect(putsInto(`${table}-resources`)).toEqual([4]);
      expect(await resources()).toHaveLength(4);
    });

    it("and the version anew when anything in it changes", async () => {
      const metadata = (size: Value) => new Map([["size", size]]);
      const fields = [
        { resource_metadata: metadata(1n) },
        { resource_metadata: metadata(1.0) },
        { resource_metadata: null },
        { source: "other" },
        { user_id: null },
        { user_name: undefined },
        { project_name: "p" },
      ];
      const samples = fields.map((field) => aSample(field));
      for (const sample of samples) await driver.record([sample]);
      expect(putsInto(`${table}-resources`)).toEqual([2, 1, 1, 1, 1, 1, 1]);
      const readBack = await allOf(driver.samples({}));
      expect(inOrder(readBack).map(exactly)).toEqual(inOrder(samples).map(exactly));
    });

    it("and again by a writer that has just started", async () => {
      await driver.record([aSample()]);
      const cold = server.client();
      const seen = watchCalls(cold);
      await openDynamoDb({ client: cold, table }).record([aSample()]);
      expect(seen.map(({ puts }) => Object.keys(puts))).toEqual([[`${table}-resources`], [table]]);
      expect(await resources()).toHaveLength(2);
    });

    it("before the samples that point to it", async () => {
      failCalls(client, (_command, call) => (call === 1 ? new Error("no") : undefined));
      const answers = await driver.record([aSample(), anEvent()]);
      expect(answers).toEqual([
        { kind: "failed", cause: new Error("no") },
        { kind: "failed", cause: new Error("no") },
      ]);
      expect(await rows()).toEqual([]);
      expect(await driver.record([aSample()])).toEqual(recorded(1));
    });

    it("failing only the samples whose version was not stored", async () => {
      const bad = aSample({ resource_id: "bad" });
      const good = aSample({ resource_id: "good" });
      leaveUnprocessed(client, (item) => item.pk?.S === "r#bad" && item.sk?.S?.startsWith("v#") === true);
      const answers = await driver.record([bad, good]);
      expect(answers.map(({ kind }) => kind)).toEqual(["failed", "recorded"]);
      expect((await rows()).map((item) => item.pk?.S)).toEqual(["s#cpu#good"]);
    });
  });

  describe("when the service does not take all", () => {
    it("tries again until it does", async () => {
      leaveUnprocessed(client, (_item, call) => call <= 4);
      expect(await driver.record([aSample(), aSample()])).toEqual(recorded(2));
      expect(await rows()).toHaveLength(2);
    });

    it("answers `failed` for exactly those that are not stored", async () => {
      const samples = Array.from({ length: 40 }, (_, index) => aSample({ message_id: `id-${index}` }));
      const stuck = new Set([3, 24, 25, 39]);
      const stuckKeys = new Set([...stuck].map((index) => `${samples[index]?.time}#id-${index}`));
      leaveUnprocessed(client, (item) => stuckKeys.has(withoutDigest(item.sk?.S)));
      const answers = await driver.record(samples);
      expect(answers.map(({ kind }) => kind)).toEqual(
        samples.map((_, index) => (stuck.has(index) ? "failed" : "recorded")),
      );
      expect(answers[3]).toEqual({
        kind: "failed",
        cause: new Error("DynamoDB left 2 of a batch unprocessed"),
      });
      expect((await rows()).map((item) => withoutDigest(item.sk?.S)).sort()).toEqual(
        samples
          .map(({ time, message_id }) => `${time}#${message_id}`)
          .filter((sort) => !stuckKeys.has(sort))
          .sort(),
      );
    });

    it("answers `failed` within its time where the service can't be reached", async () => {
      const gone = openDynamoDb({ client: clientOf("http://127.0.0.1:1"), table, ...immediately });
      const answers = await gone.record([aSample(), anEvent()]);
      expect(answers).toEqual([
        { kind: "failed", cause: expect.objectContaining({ code: "ECONNREFUSED" }) },
        { kind: "failed", cause: expect.objectContaining({ code: "ECONNREFUSED" }) },
      ]);
    });

    it("answers `failed` where there is no table", async () => {
      const missing = openDynamoDb({ client: server.client(), table: "no-such-table" });
      const answers = await missing.record([aSample()]);
      expect(answers).toEqual([
        { kind: "failed", cause: expect.objectContaining({ name: "ResourceNotFoundException" }) },
      ]);
    });
  });

  describe("closed", () => {
    it("destroys its client once, and may be closed twice", async () => {
      let destroyed = 0;
      client.destroy = () => {
        destroyed++;
      };
      await driver.close();
      await driver.close();
      expect(destroyed).toBe(1);
    });

    it("refuses to go on: that is its user's error", async () => {
      await driver.close();
      const closed = "this DynamoDB storage has been closed";
      await expect(driver.record([aSample()])).rejects.toThrow(closed);
      await expect(allOf(driver.samples({}))).rejects.toThrow(closed);
      await expect(allOf(driver.events({}))).rejects.toThrow(closed);
    });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses to keep samples for %s days", (retentionDays) => {
    expect(() => openDynamoDb({ client, table, retentionDays })).toThrow(
      `retentionDays has to be a number above 0, got ${retentionDays}`,
    );
  });
});

/** The part of a row's sort key that is its identity. */
function withoutDigest(key = ""): string {
  return key.slice(0, key.lastIndexOf("#"));
}
