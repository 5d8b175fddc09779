import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoNumber } from "../../../../lib/storage/dynamodb/layout/number.ts";
import { type DynamoDbServer, startDynamoDb } from "../../../support/dynamodb-server.ts";

describe("the number beside a volume", () => {
  it.each([
    [0n, "0"],
    [0, "0"],
    [-0, "0"],
    [1n, "1"],
    [1.0, "1"],
    [-1.5, "-1.5"],
    [1e-7, "1e-7"],
    [0.1 + 0.2, "0.30000000000000004"],
    [2n ** 53n + 1n, "9007199254740993"],
    [10n ** 38n - 1n, "9".repeat(38)],
    [-(10n ** 125n), `-1${"0".repeat(125)}`],
    [9.99e125, "9.99e+125"],
    [1e-130, "1e-130"],
  ])("of %s is the text %s", (volume, text) => {
    expect(dynamoNumber(volume)).toBe(text);
  });

  it.each([
    ["has 39 digits", 10n ** 38n + 1n],
    ["is too large", 1e126],
    ["is an integer that is too large", 10n ** 126n],
    ["is too small", 9.99e-131],
    ["is the smallest float", 5e-324],
    ["is the largest float", 1.7976931348623157e308],
    ["is infinite", Number.NEGATIVE_INFINITY],
    ["is not a number", Number.NaN],
  ])("is left out where it %s", (_name, volume) => {
    expect(dynamoNumber(volume)).toBeUndefined();
  });

  describe("at the service", () => {
    let server: DynamoDbServer;
    let table: string;
    beforeAll(async () => {
      server = await startDynamoDb();
      table = await server.freshTable();
    });
    afterAll(() => server.close());

    it("is accepted whenever it is there", async () => {
      const client = server.client();
      const volume = fc.oneof(
        fc.double({ noNaN: true }),
        fc.bigInt(),
        fc
          .tuple(fc.bigInt({ min: 1n, max: 10n ** 39n }), fc.nat(130))
          .map(([digits, zeros]) => digits * 10n ** BigInt(zeros)),
      );
      await fc.assert(
        fc.asyncProperty(volume, async (value) => {
          const number = dynamoNumber(value);
          if (number === undefined) return;
          const Item = { pk: { S: "p" }, sk: { S: "s" }, num: { N: number } };
          await client.send(new PutItemCommand({ TableName: table, Item }));
        }),
      );
    });
  });
});
