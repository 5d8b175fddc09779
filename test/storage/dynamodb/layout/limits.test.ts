import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Item, itemBytes, MAX_ITEM_BYTES, overLimit } from "../../../../lib/storage/dynamodb/layout/limits.ts";
import { dynamoNumber } from "../../../../lib/storage/dynamodb/layout/number.ts";
import { type DynamoDbServer, startDynamoDb } from "../../../support/dynamodb-server.ts";

describe("the size of an item", () => {
  it.each<[string, Item, number]>([
    ["nothing", {}, 0],
    ["names and ASCII text", { pk: { S: "abc" } }, 5],
    ["text as UTF-8", { pk: { S: "\u00e9\u{1f600}" } }, 8],
    ["empty text", { unit: { S: "" } }, 4],
    ["bytes", { sig: { B: new Uint8Array(32) } }, 35],
    ["null", { pub: { NULL: true } }, 4],
    ["a number, two digits a byte", { n: { N: "1234" } }, 5],
    ["a negative number", { n: { N: "-0.125" } }, 6],
    ["a number's significant digits only", { n: { N: "1e100" } }, 4],
  ])("counts %s", (_name, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});

describe("an item over a limit", () => {
  const keys = { pk: { S: "p" }, sk: { S: "s" } };

  it.each<[string, Item, string | undefined]>([
    [
      "its partition key",
      { ...keys, pk: { S: "x".repeat(2_049) } },
      "a partition key of 2049 bytes; DynamoDB's limit is 2048",
    ],
    ["its sort key", { ...keys, sk: { S: "x".repeat(1_025) } }, "a sort key of 1025 bytes; DynamoDB's limit is 1024"],
    [
      "its project",
      { ...keys, project: { S: "x".repeat(2_049) } },
      "a project index key of 2049 bytes; DynamoDB's limit is 2048",
    ],
    [
      "its meter",
      { ...keys, meter: { S: "x".repeat(2_049) } },
      "a meter index key of 2049 bytes; DynamoDB's limit is 2048",
    ],
    [
      "its size",
      { ...keys, b: { S: "x".repeat(MAX_ITEM_BYTES) } },
      "an item of 409607 bytes; DynamoDB's limit is 409600",
    ],
    ["nothing", keys, undefined],
  ])("is told by %s", (_name, item, problem) => {
    expect(overLimit(item)).toBe(problem);
  });

  describe("at the service", () => {
    let server: DynamoDbServer;
    let table: string;
    beforeAll(async () => {
      server = await startDynamoDb();
      table = await server.freshTable();
    });
    afterAll(() => server.close());

    const put = (item: Item) => server.client().send(new PutItemCommand({ TableName: table, Item: item }));
    const refused = { name: "ValidationException" };
    const room = MAX_ITEM_BYTES - itemBytes({ ...keys, b: { S: "" } });

    it("is refused, and taken when it is one byte less", async () => {
      await put({ ...keys, b: { S: "x".repeat(room) } });
      await expect(put({ ...keys, b: { S: "x".repeat(room + 1) } })).rejects.toMatchObject(refused);
      await put({ pk: { S: "x".repeat(2_048) }, sk: { S: "x".repeat(1_024) } });
      await expect(put({ ...keys, pk: { S: "x".repeat(2_049) } })).rejects.toMatchObject(refused);
      await expect(put({ ...keys, sk: { S: "x".repeat(1_025) } })).rejects.toMatchObject(refused);
    });

    it("is never one that we let pass because of a number", async () => {
      const number = fc
        .oneof(fc.bigInt(), fc.double({ min: -1e100, max: 1e100, noNaN: true }))
        .map((one) => dynamoNumber(one) ?? "0");
      await fc.assert(
        fc.asyncProperty(number, async (text) => {
          const filled = { ...keys, n: { N: text }, b: { S: "" } };
          const item = { ...filled, b: { S: "x".repeat(MAX_ITEM_BYTES - itemBytes(filled)) } };
          expect(overLimit(item)).toBeUndefined();
          await put(item);
        }),
        { numRuns: 25 },
      );
    });
  });
});
