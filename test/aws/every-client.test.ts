import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bounded } from "../../lib/aws/bounded-client.ts";
import { type CallLimits, callLimits, clientOptions } from "../../lib/aws/client-options.ts";
import { alarmCheck } from "../../lib/doctor/stage/alarm-check.ts";
import { openStageClients, type StageClients } from "../../lib/doctor/stage/aws-calls.ts";
import { describeStack } from "../../lib/doctor/stage/stacks.ts";
import { loggedLastUses } from "../../lib/keys/places/logged-last-uses.ts";
import { readSecret, secretsManagerFor } from "../../lib/keys/places/secrets-manager.ts";
import { openSpillQueue } from "../../lib/queue/open-spill-queue.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultyServer, type Misbehaviour, startFaultyServer } from "../support/faulty-server.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The same limits as every client's, only shorter. */
const QUICK: CallLimits = {
  connectMs: 80,
  answerMs: 80,
  silenceMs: 80,
  callMs: 200,
  bodyMs: 200,
  maxAttempts: 2,
};
/** For what the machine adds, which has more to do. */
const WITHIN_MS = 5_000;

/** Every construction of a client in what runs, with what stands in front of it. */
function constructions(): readonly { readonly file: string; readonly client: string; readonly isBounded: boolean }[] {
  const files = ["lib", "functions", "bin"].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name}`),
  );
  return files.flatMap((file) =>
    Array.from(
      readFileSync(`${ROOT}${file}`, "utf8").matchAll(/(?<before>bounded\()?new (?<client>\w+Client)\(/g),
      ({ groups = {} }) => ({ file, client: groups.client ?? "", isBounded: groups.before !== undefined }),
    ),
  );
}

function local(endpoint: string) {
  return clientOptions({ endpoint, region: undefined }, QUICK);
}

function opened<Opened extends object>(one: Opened | { readonly problem: string }): Opened {
  if ("problem" in one) throw new Error(one.problem);
  return one;
}

async function using<Client extends { destroy(): void }>(client: Client, call: (client: Client) => Promise<unknown>) {
  try {
    return await call(client);
  } finally {
    client.destroy();
  }
}

/** One call of each client, made as the code makes it. */
const calls: Readonly<Record<string, (endpoint: string) => Promise<unknown>>> = {
  DynamoDB: (endpoint) =>
    using(bounded(new DynamoDBClient(local(endpoint)), QUICK), (client) =>
      client.send(new DescribeTableCommand({ TableName: "samples" })),
    ),
  "S3, written": (endpoint) =>
    using(bounded(new S3Client({ ...local(endpoint), forcePathStyle: true }), QUICK), (client) =>
      client.send(new PutObjectCommand({ Bucket: "bucket", Key: "key", Body: Buffer.alloc(100_000) })),
    ),
  "S3, read": (endpoint) =>
    using(bounded(new S3Client({ ...local(endpoint), forcePathStyle: true }), QUICK), async (client) => {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: "key" }));
      return body?.transformToByteArray();
    }),
  SQS: (endpoint) =>
    using(opened(openQueue(`${endpoint}/000000000000/metering`, QUICK)).client, (client) =>
      client.send(new ReceiveMessageCommand({ QueueUrl: `${endpoint}/000000000000/metering`, WaitTimeSeconds: 1 })),
    ),
  "SQS, spilled": async (endpoint) => {
    const spill = openSpillQueue(`${endpoint}/000000000000/spill`, QUICK);
    if (!spill.ok) throw new Error(spill.problem);
    const receipt = { listener: "udp", address: "127.0.0.1", receivedAt: 0 } as const;
    const sent = await spill.queue.send([{ bytes: new Uint8Array(1), receipt }]);
    await spill.queue.close();
    if (!sent.ok) throw sent.cause;
  },
  "Secrets Manager": async (endpoint) => {
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint);
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";
    await using(opened(secretsManagerFor(arn, QUICK)), async (client) => {
      const read = await readSecret(client, arn);
      if (!read.ok) throw new Error(read.problem);
    });
  },
  "CloudWatch Logs": async (endpoint) => {
    vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", endpoint);
    const uses = await loggedLastUses("eu-west-1", "dev", ["one"], Date.now(), { limits: QUICK });
    if (!uses.ok) throw new Error(uses.problem);
  },
  CloudFormation: async (endpoint) => {
    const clients = aStage(endpoint);
    await describeStack(clients.cloudFormation, "Countersign-dev").finally(clients.close);
  },
  "CloudWatch, for alarms": async (endpoint) => {
    const clients = aStage(endpoint);
    await alarmCheck(clients.cloudWatch, "Countersign-dev").look(AbortSignal.timeout(WITHIN_MS)).finally(clients.close);
  },
};

function aStage(endpoint: string): StageClients {
  vi.stubEnv("AWS_ENDPOINT_URL", endpoint);
  vi.stubEnv("AWS_REGION", "eu-west-1");
  return openStageClients(Date.now, QUICK);
}

describe("every AWS client that the code makes", () => {
  it("is one of these, and has a deadline for each of its calls", () => {
    expect(
      constructions()
        .map((one) => Object.values(one).join(" "))
        .sort(),
    ).toEqual([
      "lib/doctor/stage/aws-calls.ts CloudFormationClient true",
      "lib/doctor/stage/aws-calls.ts CloudWatchClient true",
      "lib/keys/places/logged-last-uses.ts CloudWatchLogsClient true",
      "lib/keys/places/secrets-manager.ts SecretsManagerClient true",
      "lib/quarantine/open-quarantine.ts S3Client true",
      "lib/queue/queue-client.ts SQSClient true",
      "lib/storage/dynamodb/open.ts DynamoDBClient true",
      "lib/storage/s3/open.ts S3Client true",
    ]);
  });

  it.each(Object.entries(callLimits))("ends a call to %s within half a minute, and an attempt before", (_, limits) => {
    expect(limits.connectMs).toBeLessThanOrEqual(limits.answerMs);
    expect(limits.answerMs).toBeLessThan(limits.callMs);
    expect(limits.silenceMs).toBeLessThan(limits.callMs);
    expect(limits.callMs).toBeLessThan(30_000);
    expect(limits.maxAttempts).toBeGreaterThan(0);
  });
});

describe.each<Misbehaviour>(["silent", "half", "trickle", "later"])("a server that is %s", (misbehaviour) => {
  let server: FaultyServer | undefined;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server?.close();
  });

  it.each(Object.entries(calls))("holds no call of %s", async (_, call) => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    server = await startFaultyServer(misbehaviour);
    const { endpoint } = server;
    const started = performance.now();
    await expect(call(endpoint)).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(WITHIN_MS);
    expect(server.accepted).toBeGreaterThan(0);
    await eventually("its connections are closed", () => server?.open === 0);
  });
});

describe("a client that is destroyed", () => {
  it("breaks off what is under way, and makes no further call", async () => {
    const server = await startFaultyServer("silent");
    try {
      const client = bounded(new DynamoDBClient(clientOptions({ ...server, region: undefined })), callLimits.storage);
      const call = client.send(new DescribeTableCommand({ TableName: "samples" }));
      const ended = expect(call).rejects.toMatchObject({ name: "AbortError" });
      await eventually("the request has arrived", () => server.heard > 0);
      client.destroy();
      await ended;
      await expect(client.send(new DescribeTableCommand({ TableName: "samples" }))).rejects.toThrow("broken off");
      await eventually("its connection is closed", () => server.open === 0);
      expect(server.accepted).toBe(1);
    } finally {
      await server.close();
    }
  });

  it("takes the caller's own signal as before", async () => {
    const server = await startFaultyServer("silent");
    const client = bounded(new DynamoDBClient(clientOptions({ ...server, region: undefined })), callLimits.storage);
    try {
      const abortSignal = AbortSignal.timeout(50);
      const call = client.send(new DescribeTableCommand({ TableName: "samples" }), { abortSignal });
      await expect(call).rejects.toMatchObject({ name: "AbortError" });
    } finally {
      client.destroy();
      await server.close();
    }
  });
});
