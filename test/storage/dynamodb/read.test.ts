import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MeteringRecord } from "../../../lib/sample/sample.ts";
import type { StorageDriver } from "../../../lib/storage/driver.ts";
import { openDynamoDb } from "../../../lib/storage/dynamodb/dynamodb.ts";
import type { Item } from "../../../lib/storage/dynamodb/layout/limits.ts";
import { type Call, failCalls, leaveUnread, watchCalls } from "../../support/dynamodb-faults.ts";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../../support/dynamodb-server.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { allOf, recorded } from "../reading.ts";

describe("reading back from DynamoDB", () => {
  let server: DynamoDbServer;
  let table: string;
  let client: ReturnType<DynamoDbServer["client"]>;
  let calls: Call[];
  let driver: StorageDriver;
  beforeAll(async () => {
    server = await startDynamoDb();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    table = await server.freshTable();
    client = server.client();
    calls = watchCalls(client);
    driver = openDynamoDb({ client, table });
  });

  const at = (index: number) => `2022-09-30T12:00:00.${String(index).padStart(6, "0")}Z`;
  const ids = async (records: AsyncIterable<MeteringRecord>) => (await allOf(records)).map((one) => one.message_id);
  const commands = () => calls.splice(0).map(({ command }) => command);

  it("goes through all pages of all partitions, newest first", async () => {
    const samples = Array.from({ length: 700 }, (_, index) =>
      aSample({ time: at(index), resource_id: index < 450 ? "vm-1" : `vm-${index % 4}`, message_id: `${index}` }),
    );
    expect(await driver.record(samples)).toEqual(recorded(700));
    expect(await ids(driver.samples({}))).toEqual(samples.map(({ message_id }) => message_id).reverse());
  });

  it("goes through all pages of a day of events, newest first", async () => {
    const events = Array.from({ length: 450 }, (_, index) =>
      anEvent({ time: at(index), event_type: index % 3 === 0 ? "a" : "b", message_id: `${index}` }),
    );
    expect(await driver.record(events)).toEqual(recorded(450));
    expect(await ids(driver.events({}))).toEqual(events.map(({ message_id }) => message_id).reverse());
  });

  it("orders samples of one time by their message ids, whatever partition they are in", async () => {
    const order = ["\u{1f600}", "\uffee", "b", "a"];
    await driver.record(order.map((message_id, index) => aSample({ message_id, resource_id: `vm-${index % 2}` })));
    expect(await ids(driver.samples({}))).toEqual(order);
  });

  it("asks for no more than what is wanted", async () => {
    const samples = Array.from({ length: 300 }, (_, index) => aSample({ time: at(index), message_id: `${index}` }));
    await driver.record(samples);
    commands();
    const filter = { meter: "cpu", resource: samples[0]?.resource_id };
    expect(await ids(driver.samples({ ...filter, limit: 2 }))).toEqual(["299", "298"]);
    // The tables' format, once; rows, and their metadata.
    expect(commands()).toEqual(["BatchGetItemCommand", "QueryCommand", "BatchGetItemCommand"]);
    for await (const sample of driver.samples(filter)) {
      expect(sample.message_id).toBe("299");
      break;
    }
    expect(commands()).toEqual(["QueryCommand"]);
    expect(await ids(driver.samples({ limit: 0 }))).toEqual([]);
    expect(await ids(driver.events({ limit: 0 }))).toEqual([]);
    expect(commands()).toEqual([]);
  });

  it("looks for samples without a project where a resource has been without one", async () => {
    const owned = [1, 2, 3].map((index) => aSample({ resource_id: `vm-${index}`, project_id: "p-1" }));
    const free = aSample({ resource_id: "vm-4", project_id: null });
    await driver.record([...owned, free, { ...free, message_id: "later", project_id: "p-1" }]);
    await allOf(driver.samples({ limit: 1 }));
    commands();
    expect(await allOf(driver.samples({ project: null }))).toEqual([free]);
    // The meters of all, versions of each resource, and the rows of one.
    expect(commands().sort()).toEqual([...Array.from({ length: 5 }, () => "QueryCommand"), "ScanCommand"]);
  });

  it("asks for a metadata version once", async () => {
    await driver.record([aSample(), aSample({ counter_name: "memory" }), aSample({ user_name: "new" })]);
    await allOf(driver.samples({}));
    commands();
    expect(await allOf(driver.samples({}))).toHaveLength(3);
    expect(commands()).toEqual(["ScanCommand", "QueryCommand", "QueryCommand"]);
  });

  it("fetches more metadata versions than one call gives", async () => {
    const samples = Array.from({ length: 230 }, (_, index) =>
      aSample({ time: at(index), user_id: `u-${index}`, message_id: `${index}` }),
    );
    await driver.record(samples);
    const users = (await allOf(driver.samples({}))).map(({ user_id }) => user_id);
    expect(users).toEqual(samples.map(({ user_id }) => user_id).reverse());
  });

  it("asks again for metadata that the service left unread", async () => {
    const samples = [1, 2, 3].map((index) => aSample({ time: at(index), user_id: `u-${index}` }));
    await driver.record(samples);
    const reader = server.client();
    // One read finds the partitions, one the rows; from then on it is metadata.
    leaveUnread(reader, 4);
    const read = await allOf(openDynamoDb({ client: reader, table, random: () => 0 }).samples({}));
    expect(read.map(({ user_id }) => user_id)).toEqual(["u-3", "u-2", "u-1"]);
  });

  it("says why when metadata can't be read", async () => {
    await driver.record([aSample()]);
    failCalls(client, (command) => (command === "BatchGetItemCommand" ? new Error("denied") : undefined));
    await expect(allOf(driver.samples({}))).rejects.toThrow("denied");
  });

  it("tells a project's samples from those that a resource had before it moved", async () => {
    await driver.record([
      aSample({ time: at(1), project_id: "p-1", message_id: "1" }),
      aSample({ time: at(2), project_id: "p-2", message_id: "2" }),
      aSample({ time: at(3), project_id: "p-1", message_id: "3" }),
      aSample({ time: at(4), project_id: "", message_id: "4" }),
      aSample({ time: at(5), project_id: null, message_id: "5" }),
    ]);
    expect(await ids(driver.samples({ project: "p-1" }))).toEqual(["3", "1"]);
    expect(await ids(driver.samples({ project: "" }))).toEqual(["4"]);
    expect(await ids(driver.samples({ project: "p-1", limit: 1 }))).toEqual(["3"]);
    expect(await ids(driver.samples({ project: "p-2", meter: "memory" }))).toEqual([]);
  });

  it("reads a meter once that has had two types and units", async () => {
    await driver.record([
      aSample({ time: at(1), counter_type: "gauge", counter_unit: "B", message_id: "1" }),
      aSample({ time: at(2), counter_type: "delta", counter_unit: "KB", message_id: "2" }),
    ]);
    expect(await ids(driver.samples({}))).toEqual(["2", "1"]);
    expect(await ids(driver.samples({ meter: "cpu" }))).toEqual(["2", "1"]);
  });

  it("finds nothing in a range that ends before it begins", async () => {
    await driver.record([aSample(), anEvent()]);
    const range = { from: "2023-01-01T00:00:00.000000Z", to: "2022-01-01T00:00:00.000000Z" };
    expect(await ids(driver.samples(range))).toEqual([]);
    expect(await ids(driver.events(range))).toEqual([]);
  });

  it("asks only for the days that can have events in a range", async () => {
    const days = ["2022-09-28", "2022-09-29", "2022-09-30", "2022-10-01"];
    await driver.record(days.map((day) => anEvent({ time: `${day}T12:00:00.000000Z`, message_id: day })));
    commands();
    const range = { from: "2022-09-29T12:00:00.000000Z", to: "2022-09-30T12:00:00.000001Z" };
    expect(await ids(driver.events(range))).toEqual(["2022-09-30", "2022-09-29"]);
    expect(commands()).toEqual(["BatchGetItemCommand", "QueryCommand", "QueryCommand", "QueryCommand"]);
  });

  describe("without a row's metadata", () => {
    const retentionDays = 30;
    const expiry = Date.parse("2022-10-30T12:00:00Z");

    async function withoutMetadata(now: number): Promise<StorageDriver> {
      const writer = openDynamoDb({ client: server.client(), table, retentionDays });
      await writer.record([aSample({ time: "2022-09-30T12:00:00.000000Z" })]);
      for (const { pk, sk } of await itemsIn(client, `${table}-resources`)) {
        if (pk === undefined || sk?.S === undefined || !sk.S.startsWith("v#")) continue;
        await client.send(new DeleteItemCommand({ TableName: `${table}-resources`, Key: { pk, sk } }));
      }
      return openDynamoDb({ client: server.client(), table, retentionDays, now: () => now });
    }

    it("passes over what has expired: the two are removed in no particular order", async () => {
      expect(await allOf((await withoutMetadata(expiry)).samples({}))).toEqual([]);
    });

    it("says so of what has not, rather than leave a sample out", async () => {
      await expect(allOf((await withoutMetadata(expiry - 1)).samples({}))).rejects.toThrow(
        /the item \["s#cpu#.*"\] has no readable metadata version: was it written by something else\?/,
      );
    });
  });

  it("says so of a row that something else has changed", async () => {
    await driver.record([aSample(), anEvent()]);
    for (const { pk, sk } of await itemsIn(client, table)) {
      if (pk === undefined || sk === undefined) continue;
      const UpdateExpression = "REMOVE vol, body";
      await client.send(new UpdateItemCommand({ TableName: table, Key: { pk, sk }, UpdateExpression }));
    }
    await expect(allOf(driver.samples({}))).rejects.toThrow("has no readable vol");
    await expect(allOf(driver.events({}))).rejects.toThrow("has no readable body");
  });

  it("passes over items of the resources table that are nothing of ours", async () => {
    await driver.record([aSample(), anEvent()]);
    const foreign: readonly Item[] = [
      { pk: { S: "events" }, sk: { S: "2022-09-30" } },
      { pk: { S: "r#x" }, sk: { S: "x" }, meter: { S: "m#cpu" } },
    ];
    for (const item of foreign) {
      await client.send(new PutItemCommand({ TableName: `${table}-resources`, Item: item }));
    }
    expect(await allOf(driver.samples({ meter: "cpu" }))).toHaveLength(1);
    expect(await allOf(driver.events({}))).toHaveLength(1);
  });
});
