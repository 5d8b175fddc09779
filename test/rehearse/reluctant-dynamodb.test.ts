import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDynamoDb } from "../../lib/storage/dynamodb/dynamodb.ts";
import { defaultResourcesTable } from "../../lib/storage/dynamodb/layout/keys.ts";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../support/dynamodb-server.ts";
import { aSample } from "../support/sample-builder.ts";
import { type ReluctantDynamoDb, startReluctantDynamoDb } from "./reluctant-dynamodb.ts";

let server: DynamoDbServer;
let reluctant: ReluctantDynamoDb;
beforeAll(async () => {
  server = await startDynamoDb();
  reluctant = await startReluctantDynamoDb(server.endpoint);
});
afterAll(async () => {
  await reluctant.stop();
  await server.close();
});

const client = () =>
  new DynamoDBClient({
    endpoint: reluctant.endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

describe("DynamoDB in an outage", () => {
  it("refuses every call as a fault of its own, knows who signed them, and is as before afterwards", async () => {
    const asking = client();
    const list = () => asking.send(new ListTablesCommand({}));
    reluctant.refuse(true);
    await expect(list()).rejects.toMatchObject({ name: "InternalServerError", $metadata: { httpStatusCode: 500 } });
    reluctant.refuse(false);
    expect((await list()).TableNames).toEqual(expect.any(Array));
    expect(reluctant.signers).toEqual(new Set(["test"]));
    asking.destroy();
  });
});

describe("DynamoDB that leaves items unprocessed", () => {
  it("leaves exactly those, and stores their neighbours", async () => {
    const table = await server.freshTable();
    const driver = openDynamoDb({
      client: client(),
      table,
      resourcesTable: defaultResourcesTable(table),
      random: () => 0,
    });
    const samples = ["one", "two", "three"].map((message_id) => aSample({ message_id }));
    reluctant.leave((sortKey) => sortKey.includes("#two#"));
    const stored = await driver.record(samples);
    expect(stored.map(({ kind }) => kind)).toEqual(["recorded", "failed", "recorded"]);
    reluctant.leave(() => false);
    expect((await driver.record(samples)).map(({ kind }) => kind)).toEqual(["recorded", "recorded", "recorded"]);
    await driver.close();
    expect(await itemsIn(server.client(), table)).toHaveLength(3);
  });
});
