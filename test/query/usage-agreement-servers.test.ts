import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, it } from "vitest";
import { openDynamoDb } from "../../lib/storage/dynamodb/dynamodb.ts";
import { openS3Log } from "../../lib/storage/s3/s3.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { expectAgreement } from "./usage-agreement.ts";

const size = { samples: 240, queries: 4 };

let dynamo: DynamoDbServer;
let s3: S3Server;
beforeAll(async () => {
  [dynamo, s3] = await Promise.all([startDynamoDb(), startS3Server()]);
});
afterAll(async () => {
  await Promise.all([dynamo.close(), s3.close()]);
});

describe.each([1, 2, 3])("usage of a month with seed %i", (seed) => {
  it("is the same to the last digit in DynamoDB, and by the laws as they are written", async () => {
    const storage = openDynamoDb({ client: dynamo.client(), table: await dynamo.freshTable() });
    await expectAgreement(seed, [storage], size);
    await storage.close();
  }, 3_600_000);

  it("is the same to the last digit in an S3 log, and by the laws as they are written", async () => {
    const client = s3.client();
    await client.send(new CreateBucketCommand({ Bucket: `month-${seed}` }));
    const storage = openS3Log({ client, bucket: `month-${seed}`, prefix: "log" });
    await expectAgreement(seed, [storage], size);
    await storage.close();
    client.destroy();
  }, 3_600_000);
});
