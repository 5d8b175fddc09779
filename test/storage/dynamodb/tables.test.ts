import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTables } from "../../../lib/storage/dynamodb/tables.ts";
import { failCalls } from "../../support/dynamodb-faults.ts";
import { clientOf, type DynamoDbServer, startDynamoDb } from "../../support/dynamodb-server.ts";

describe("the tables of an endpoint on one's own machine", () => {
  let server: DynamoDbServer;
  beforeAll(async () => {
    server = await startDynamoDb({ createTableMs: 50 });
  });
  afterAll(() => server.close());

  const table = async (name: string) =>
    (await server.client().send(new DescribeTableCommand({ TableName: name }))).Table;

  it("are created with their indexes, and can be written at once", async () => {
    await createTables(server.client(), "metering", "metering-resources");
    expect(await table("metering")).toMatchObject({
      TableStatus: "ACTIVE",
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    });
    const resources = await table("metering-resources");
    expect(resources?.TableStatus).toBe("ACTIVE");
    expect(
      resources?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection, IndexStatus }) => ({
        IndexName,
        KeySchema,
        Projection,
        IndexStatus,
      })).sort((a, b) => String(a.IndexName).localeCompare(String(b.IndexName))),
    ).toEqual([
      {
        IndexName: "by-meter",
        KeySchema: [{ AttributeName: "meter", KeyType: "HASH" }],
        Projection: { ProjectionType: "KEYS_ONLY" },
        IndexStatus: "ACTIVE",
      },
      {
        IndexName: "by-project",
        KeySchema: [{ AttributeName: "project", KeyType: "HASH" }],
        Projection: { ProjectionType: "KEYS_ONLY" },
        IndexStatus: "ACTIVE",
      },
    ]);
  });

  it("are left alone where they are", async () => {
    await createTables(server.client(), "twice", "twice-resources");
    const before = await table("twice");
    await createTables(server.client(), "twice", "twice-resources");
    expect(await table("twice")).toEqual(before);
  });

  it("may be created by several at the same time", async () => {
    const makers = [0, 1, 2, 3].map(() => createTables(server.client(), "race", "race-resources"));
    expect(await Promise.all(makers)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("are not created where the service refuses, and the caller hears why", async () => {
    await expect(createTables(server.client(), "no/name", "no/name-resources")).rejects.toThrow("validation error");
    const denied = server.client();
    failCalls(denied, (command) => (command === "CreateTableCommand" ? new Error("denied") : undefined));
    await expect(createTables(denied, "denied", "denied-resources")).rejects.toThrow("denied");
    const unreachable = clientOf("http://127.0.0.1:1");
    await expect(createTables(unreachable, "none", "none-resources")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
