import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDynamoDb } from "../../../lib/storage/dynamodb/dynamodb.ts";
import { type Call, failCalls, watchCalls } from "../../support/dynamodb-faults.ts";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../../support/dynamodb-server.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { allOf, recorded } from "../reading.ts";

const DAY = 86_400;
const seconds = (time: string) => Math.floor(Date.parse(time) / 1_000);

describe("the expiry of metadata, where retention is set,", () => {
  let server: DynamoDbServer;
  let table: string;
  beforeAll(async () => {
    server = await startDynamoDb();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    table = await server.freshTable();
  });

  const old = () => aSample({ time: "2022-09-30T12:00:00.900000Z" });
  const newer = () => aSample({ time: "2022-10-30T12:00:00.000000Z" });

  function writer(retentionDays?: number) {
    const client = server.client();
    const calls = watchCalls(client);
    return { client, calls, driver: openDynamoDb({ client, table, retentionDays }) };
  }
  const expiries = async (name: string) =>
    (await itemsIn(server.client(), name)).map((item) => (item.ttl?.N === undefined ? undefined : Number(item.ttl.N)));
  const updates = (calls: readonly Call[]) => calls.filter(({ command }) => command === "UpdateItemCommand").length;

  it("is a day or two after the sample's own, which counts from its own time", async () => {
    expect(await writer(30).driver.record([old()])).toEqual(recorded(1));
    const own = seconds("2022-09-30T12:00:00Z") + 30 * DAY;
    expect(await expiries(table)).toEqual([own]);
    const outliving = seconds("2022-11-01T00:00:00Z");
    expect(await expiries(`${table}-resources`)).toEqual([outliving, outliving]);
    expect(outliving - own).toBeGreaterThanOrEqual(DAY);
  });

  it("is none without retention", async () => {
    await writer().driver.record([old(), anEvent()]);
    expect(await expiries(table)).toEqual([undefined, undefined]);
    expect(await expiries(`${table}-resources`)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ["a warm writer", true],
    ["cold writers", false],
  ])("only moves away, in whatever order samples come to %s", async (_name, warm) => {
    const latest = seconds("2022-12-01T00:00:00Z");
    const one = writer(30).driver;
    for (const samples of [[old()], [newer()], [old()], [newer(), old()]]) {
      expect(await (warm ? one : writer(30).driver).record(samples)).toEqual(recorded(samples.length));
    }
    expect(await expiries(`${table}-resources`)).toEqual([latest, latest]);
  });

  it("is that of the newest sample in a call", async () => {
    await writer(30).driver.record([old(), newer(), old()]);
    const latest = seconds("2022-12-01T00:00:00Z");
    expect(await expiries(`${table}-resources`)).toEqual([latest, latest]);
  });

  it("is written once a day by a writer that remembers", async () => {
    const { calls, driver } = writer(30);
    for (const hour of ["00", "06", "12", "23"]) {
      await driver.record([aSample({ time: `2022-09-30T${hour}:00:00.000000Z` })]);
    }
    expect(updates(calls)).toBe(2);
    await driver.record([aSample({ time: "2022-10-01T00:00:00.000000Z" })]);
    expect(updates(calls)).toBe(4);
  });

  it("never comes to metadata that was stored for ever", async () => {
    await writer().driver.record([old()]);
    expect(await writer(30).driver.record([newer()])).toEqual(recorded(1));
    expect(await expiries(`${table}-resources`)).toEqual([undefined, undefined]);
  });

  it("goes when a sample is to be kept for ever", async () => {
    await writer(30).driver.record([old()]);
    await writer().driver.record([newer()]);
    expect(await expiries(`${table}-resources`)).toEqual([undefined, undefined]);
  });

  it("holds for the days of events too", async () => {
    await writer(30).driver.record([anEvent({ time: "2022-09-30T12:00:00.000000Z" })]);
    expect(await expiries(table)).toEqual([seconds("2022-10-30T12:00:00Z")]);
    expect(await expiries(`${table}-resources`)).toEqual([seconds("2022-11-01T00:00:00Z")]);
  });

  it("fails the samples that need it when it can't be written", async () => {
    const { client, driver } = writer(30);
    failCalls(client, (command) => (command === "UpdateItemCommand" ? new Error("denied") : undefined));
    expect(await driver.record([old()])).toEqual([{ kind: "failed", cause: new Error("denied") }]);
    expect(await expiries(table)).toEqual([]);
  });

  it("leaves what is read exact", async () => {
    const samples = [newer(), old()];
    await writer(30).driver.record(samples);
    const ids = (await allOf(writer().driver.samples({}))).map(({ message_id }) => message_id);
    expect(ids).toEqual(samples.map(({ message_id }) => message_id));
  });
});
