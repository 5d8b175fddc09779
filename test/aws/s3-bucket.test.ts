import type { S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createBucket } from "../../lib/aws/s3-bucket.ts";
import { openS3Log } from "../../lib/storage/s3/s3.ts";
import { allOf } from "../storage/reading.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { aSample } from "../support/sample-builder.ts";

let server: S3Server;
let client: S3Client;

beforeAll(async () => {
  server = await startS3Server();
  client = server.client();
});
afterEach(() => {
  server.fault = undefined;
});
afterAll(async () => {
  client.destroy();
  await server.close();
});

describe("createBucket", () => {
  it("makes a bucket where there is none, and leaves alone what is there", async () => {
    await createBucket(client, "made-here");
    const driver = openS3Log({ client: server.client(), bucket: "made-here" });
    await driver.record([aSample()]);
    await createBucket(client, "made-here");
    expect(await allOf(driver.samples({}))).toHaveLength(1);
    await driver.close();
  });

  it("is content when somebody else was quicker", async () => {
    server.fault = ({ method }) => (method === "PUT" ? { status: 409, code: "BucketAlreadyOwnedByYou" } : undefined);
    await createBucket(client, "made-elsewhere");
  });

  it("tells when the service refuses", async () => {
    server.fault = () => ({ status: 403, code: "AccessDenied" });
    await expect(createBucket(client, "forbidden")).rejects.toThrow();
  });
});
