import { afterAll, beforeAll, describe, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { expectAgreement } from "./usage-agreement.ts";

const size = { samples: 120, queries: 3 };

let dynamodb: DynamoDbServer;
let s3: S3Server;
beforeAll(async () => {
  [dynamodb, s3] = await Promise.all([startDynamoDb(), startS3Server()]);
});
afterAll(async () => {
  await Promise.all([dynamodb.close(), s3.close()]);
});

async function expectAgreementAt(seed: number, url: string): Promise<void> {
  const opened = await openStorage(url, allDrivers);
  if (!opened.ok) throw new Error(opened.problem);
  await expectAgreement(seed, [opened.driver], size);
  await opened.driver.close();
}

describe.each([1, 2, 3])("usage of a month with seed %i", (seed) => {
  it("is the same to the last digit in DynamoDB, and by the laws as they are written", async () => {
    await expectAgreementAt(seed, `dynamodb://month-${seed}?endpoint=${dynamodb.endpoint}`);
  }, 3_600_000);

  it("is the same to the last digit in an S3 log, and by the laws as they are written", async () => {
    await expectAgreementAt(seed, `s3://month-${seed}/log?endpoint=${s3.endpoint}`);
  }, 3_600_000);
});
