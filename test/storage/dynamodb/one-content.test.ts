import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Sample } from "../../../lib/sample/sample.ts";
import { openDynamoDb } from "../../../lib/storage/dynamodb/dynamodb.ts";
import { settlementFor } from "../../../lib/storage/settlement.ts";
import { watchCalls } from "../../support/dynamodb-faults.ts";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../../support/dynamodb-server.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { allOf, recorded } from "../reading.ts";

let server: DynamoDbServer;
let table: string;

beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.close());
beforeEach(async () => {
  table = await server.freshTable();
});

describe("a row of DynamoDB", () => {
  it("is one, and one write unit, for every way that a sample is sent again", async () => {
    const client = server.client();
    const calls = watchCalls(client);
    const driver = openDynamoDb({ client, table });
    const sample = aSample();
    const signed = (fields: Partial<Sample>) => aSample({ ...sample, ...fields, message_signature: "" });
    const copies = [
      sample,
      { ...sample, dialect: "v2", message_signature: null } as const,
      signed({ publisher_id: "tcp" }),
      { ...sample, message_signature: "ab".repeat(32) },
      sample,
    ];
    for (const copy of copies) expect(await driver.record([copy])).toEqual(recorded(1));

    expect(calls.flatMap(({ writeUnits }) => writeUnits[table] ?? [])).toEqual(copies.map(() => 1));
    expect(await itemsIn(client, table)).toHaveLength(1);
    await driver.close();
  });

  it("is not touched by another content of its identity", async () => {
    const client = server.client();
    const driver = openDynamoDb({ client, table });
    const [sample, event] = [aSample({ counter_volume: 2n }), anEvent()];
    await driver.record([sample, event]);
    const before = await itemsIn(client, table);
    const forged = aSample({ message_id: sample.message_id, counter_volume: 1n });
    await driver.record([forged, anEvent({ message_id: event.message_id, traits: [] })]);

    const after = await itemsIn(client, table);
    expect(after).toHaveLength(4);
    expect(after.map((item) => JSON.stringify(item))).toEqual(
      expect.arrayContaining(before.map((item) => JSON.stringify(item))),
    );
    await driver.close();
  });

  it("costs a reading no call more, and a conflict one for each meter of a resource", async () => {
    const client = server.client();
    const driver = openDynamoDb({ client, table });
    const conflicts = ["a", "b"].flatMap((message_id) =>
      [1n, 2n].map((counter_volume) => aSample({ message_id, counter_volume })),
    );
    await driver.record([...conflicts, ...Array.from({ length: 20 }, () => aSample({ resource_id: "other" }))]);
    await allOf(driver.samples({}));
    const calls = watchCalls(client);
    expect(await allOf(driver.samples({ resource: "other" }))).toHaveLength(20);
    expect(calls.splice(0).map(({ command }) => command)).toEqual(["QueryCommand", "QueryCommand"]);
    expect(await allOf(driver.samples({ resource: conflicts[0]?.resource_id }))).toHaveLength(4);
    expect(calls.map(({ command }) => command)).toEqual(["QueryCommand", "QueryCommand", "QueryCommand"]);
    await driver.close();
  });

  it("can't be settled with words that no item holds", async () => {
    const driver = openDynamoDb({ client: server.client(), table });
    const settlement = settlementFor(aSample(), {
      reason: "x".repeat(410_000),
      by: "ann",
      at: "2022-10-01T08:00:00.000000Z",
    });
    expect(await driver.settle(settlement)).toMatchObject({ kind: "unstorable" });
    await driver.close();
  });
});
