import { createHash, randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it, vi } from "vitest";
import { callLimits, clientOptions } from "../../lib/aws/client-options.ts";
import { putObject } from "../../lib/aws/put-object.ts";
import { loggedLastUses } from "../../lib/keys/places/logged-last-uses.ts";
import { secretsManagerFor, writeSecret } from "../../lib/keys/places/secrets-manager.ts";
import { openS3Entries } from "../../lib/quarantine/s3-entries.ts";
import { openSpillQueue } from "../../lib/queue/open-spill-queue.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { forwardMessages } from "../../lib/queue/redrive/forward-messages.ts";
import { sendMessage } from "../../lib/queue/send-message.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openDynamoDb } from "../../lib/storage/dynamodb/dynamodb.ts";
import { openS3Log } from "../../lib/storage/s3/s3.ts";
import { type GivenAnswer, type ImpostorServer, startImpostor } from "../support/impostor-server.ts";
import { aSample } from "../support/sample-builder.ts";

/** What a proxy, a captive portal or a half-dead server says instead of the service: 200, and nothing was stored. */

let server: ImpostorServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  server = undefined;
});

/** Nobody waits here for what does not come. */
const QUICK = { maxAttempts: 1 } as const;

async function impostor(answer: GivenAnswer) {
  server = await startImpostor(answer);
  return { ...clientOptions({ endpoint: server.endpoint, region: undefined }), ...QUICK };
}

async function recordedBy(driver: StorageDriver): Promise<readonly string[]> {
  const stored = await driver.record([aSample(), aSample()]);
  await driver.close();
  return stored.map(({ kind }) => kind);
}

const MEANINGLESS: readonly [string, GivenAnswer][] = [
  ["an empty body", { body: "" }],
  ["{}", { body: "{}" }],
  [
    "{} with the service's own headers",
    { body: "{}", headers: { "x-amzn-requestid": "E0JB", "x-amz-crc32": "2745614147" } },
  ],
  ["null", { body: "null" }],
  ["a list", { body: "[]" }],
  ["a page", { body: "<!doctype html><title>Log in</title>", headers: { "content-type": "text/html" } }],
  ["204 and nothing", { status: 204, body: "" }],
];

describe("DynamoDB is answered for by something else with", () => {
  const BATCHES: readonly [string, GivenAnswer][] = [
    ["no list of what is left", { body: JSON.stringify({ ConsumedCapacity: [] }) }],
    ["null for what is left", { body: JSON.stringify({ UnprocessedItems: null }) }],
    [
      "items left that were not sent",
      { body: JSON.stringify({ UnprocessedItems: { samples: [{ PutRequest: { Item: { pk: { S: "other" } } } }] } }) },
    ],
  ];
  it.each([...MEANINGLESS, ...BATCHES])("%s: nothing counts as recorded", async (_, answer) => {
    const client = new DynamoDBClient(await impostor(answer));
    const driver = openDynamoDb({ client, table: "samples", giveUpAfterMs: 300 });
    expect(await recordedBy(driver)).toEqual(["failed", "failed"]);
  });

  it.each(MEANINGLESS)("%s: nothing that expires counts as recorded", async (_, answer) => {
    const client = new DynamoDBClient(await impostor(answer));
    const driver = openDynamoDb({ client, table: "samples", retentionDays: 4_000, giveUpAfterMs: 300 });
    expect(await recordedBy(driver)).toEqual(["failed", "failed"]);
  });

  it.each(MEANINGLESS)(
    "%s: a reading does not pass for an empty table, nor a start for one with tables",
    async (_, answer) => {
      const client = new DynamoDBClient(await impostor(answer));
      const driver = openDynamoDb({ client, table: "samples", giveUpAfterMs: 300 });
      await expect(driver.prepare()).rejects.toThrow();
      await expect(driver.samples({ meter: "cpu" })[Symbol.asyncIterator]().next()).rejects.toThrow();
      await driver.close();
    },
  );
});

describe("S3 is answered for by something else with", () => {
  const PUTS: readonly [string, GivenAnswer][] = [
    ["an empty ETag", { body: "", headers: { etag: "" } }],
    ["another object's ETag", { body: "", headers: { etag: `"${createHash("md5").update("other").digest("hex")}"` } }],
    ["another object's checksum", { body: "", headers: { etag: '"one-of-kms"', "x-amz-checksum-crc32": "AAAAAA==" } }],
    ["412 and no reason", { status: 412, body: "" }],
  ];
  it.each([...MEANINGLESS, ...PUTS])("%s: nothing counts as recorded or kept", async (_, answer) => {
    const options = await impostor(answer);
    const client = () => new S3Client({ ...options, forcePathStyle: true });
    expect(await recordedBy(openS3Log({ client: client(), bucket: "bucket" }))).toEqual(["failed", "failed"]);
    const entries = openS3Entries({ client: client(), bucket: "bucket", prefix: "" });
    await expect(entries.write("name", "{}", "queue")).rejects.toThrow();
    await entries.close();
  });

  it.each(MEANINGLESS)("%s: a listing does not pass for an empty bucket", async (_, answer) => {
    const options = await impostor(answer);
    const log = openS3Log({ client: new S3Client({ ...options, forcePathStyle: true }), bucket: "bucket" });
    await expect(log.samples({})[Symbol.asyncIterator]().next()).rejects.toThrow();
    await log.close();
  });

  const body = Buffer.from("the bytes");
  const GOOD: readonly [string, string, GivenAnswer][] = [
    [
      "the MD5 of the bytes",
      "bucket",
      { body: "", headers: { etag: `"${createHash("md5").update(body).digest("hex")}"` } },
    ],
    [
      "any ETag of an object under a key of KMS",
      "bucket",
      { body: "", headers: { etag: `"${"0".repeat(32)}"`, "x-amz-server-side-encryption": "aws:kms" } },
    ],
    ["any ETag of a directory bucket", "name--use1-az4--x-s3", { body: "", headers: { etag: `"${"0".repeat(32)}"` } }],
    ["an ETag of another form", "bucket", { body: "", headers: { etag: '"0123-2"' } }],
  ];
  it.each(GOOD)("%s: that is S3's own answer", async (_, bucket, answer) => {
    const options = { forcePathStyle: true, disableS3ExpressSessionAuth: true };
    const client = new S3Client({ ...(await impostor(answer)), ...options });
    await putObject(client, { bucket, key: "key", body, contentType: "text/plain" });
    client.destroy();
    expect(server?.asked).toBe(1);
  });
});

describe("SQS is answered for by something else with", () => {
  it.each(MEANINGLESS)("%s: nothing counts as sent, spilled or moved", async (_, answer) => {
    await impostor(answer);
    const url = `${server?.endpoint}/000000000000/spill`;
    const [queue, spill] = [openQueue(url), openSpillQueue(url)];
    if ("problem" in queue || !spill.ok) throw new Error("no queue");
    await expect(sendMessage(queue, "body")).rejects.toThrow();
    const receipt = { listener: "udp", address: "127.0.0.1", receivedAt: 0 } as const;
    expect(await spill.queue.send([{ bytes: Buffer.of(1), receipt }])).toMatchObject({ ok: false });
    const forwarded = { body: "body", attributes: {}, bytes: 4, undated: false };
    const { refusals } = await forwardMessages(queue, [forwarded, forwarded]);
    expect(refusals.map((refusal) => typeof refusal)).toEqual(["string", "string"]);
    queue.client.destroy();
    await spill.queue.close();
  });
});

describe("Secrets Manager is answered for by something else with", () => {
  it.each(MEANINGLESS)("%s: no keys count as written", async (_, answer) => {
    await impostor(answer);
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server?.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";
    const client = secretsManagerFor(arn, { ...callLimits.secret, maxAttempts: 1 });
    if ("problem" in client) throw new Error(client.problem);
    expect(await writeSecret(client, arn, "{}", "", randomUUID())).toMatchObject({ ok: false });
    client.destroy();
  });
});

describe("CloudWatch Logs is answered for by something else with", () => {
  it.each(MEANINGLESS)("%s: no key looks unused", async (_, answer) => {
    await impostor(answer);
    vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", server?.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    expect(await loggedLastUses("eu-west-1", "dev", ["one", "two"], Date.now())).toMatchObject({ ok: false });
  });
});
