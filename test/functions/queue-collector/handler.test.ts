import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { allDrivers } from "../../../lib/assembly/drivers.ts";
import { startQueueCollector } from "../../../lib/assembly/queue-side.ts";
import { processMetricNames } from "../../../lib/ledger/metrics.ts";
import { toEnvironment } from "../../../lib/settings.ts";
import { type DynamoDbServer, startDynamoDb } from "../../support/dynamodb-server.ts";
import { isEmf, sumEmf } from "../../support/emf-reader.ts";
import { notificationBodies } from "../../support/fixtures.ts";
import { freePort } from "../../support/free-port.ts";
import { plainSettings } from "../../support/plain-settings.ts";

const context = { getRemainingTimeInMillis: () => 10_000 };

function event(body: string) {
  const attributes = {
    ApproximateReceiveCount: "1",
    SentTimestamp: "",
    SenderId: "",
    ApproximateFirstReceiveTimestamp: "",
  };
  const rest = {
    receiptHandle: "",
    attributes,
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "",
    eventSourceARN: "",
    awsRegion: "",
  };
  return { Records: [{ messageId: "1", body, ...rest }] };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the queue collector", () => {
  it("handles an event with the plainSettings of the environment that it is given", async () => {
    const lines: string[] = [];
    const collector = await startQueueCollector({
      write: (line) => lines.push(line),
      drivers: allDrivers,
      environment: toEnvironment(plainSettings),
    });
    const body = notificationBodies()["notifier_v2_one_sample.body"] ?? "";
    expect(await collector.handler(event(body), context)).toEqual({ batchItemFailures: [] });
    await collector.close();
    expect(lines.filter((line) => !isEmf(line)).map((line) => JSON.parse(line))).toEqual([
      { level: "warn", message: "a well-known default secret is accepted: anybody can sign samples" },
      { level: "info", message: "messages handled", received: 1, recorded: 1, rejected: 0, failed: 0, samples: 1 },
      { level: "info", message: "keys in use are told", Stage: "test", KeyUsed: "*" },
      { level: "info", message: "a key is in use", Stage: "test", KeyUsed: "secret-1" },
    ]);
    expect(collector.ledger().figures).toMatchObject({ MessagesReceived: 1, SamplesRecorded: 1 });
    const place = "Stage=test Listener=queue";
    expect(sumEmf(lines.filter(isEmf))).toEqual(
      Object.fromEntries([
        ...Object.entries(collector.ledger().figures).map(([name, total]) => [`${name} ${place}`, total]),
        ...processMetricNames.map((name) => [`${name} Stage=test`, 0]),
        ["SecondsUnstored Stage=test Queue=queue", 0],
      ]),
    );
  });

  it.each([
    [{}, "COUNTERSIGN_STORAGE is missing"],
    [{ COUNTERSIGN_STORAGE: "memory:" }, "a secret is missing"],
    [{ COUNTERSIGN_STORAGE: "ftp://x", COUNTERSIGN_SECRETS: '["a secret of this test"]' }, "ftp"],
  ])("does not start with %j", async (environment, problem) => {
    await expect(startQueueCollector({ write: () => {}, drivers: allDrivers, environment })).rejects.toThrow(problem);
  });
});

describe("the queue collector without storage", () => {
  it("starts, gives its messages back and says how old they are, and stores them once storage is there", async () => {
    const port = await freePort();
    const lines: string[] = [];
    const collector = await startQueueCollector({
      write: (line) => lines.push(line),
      drivers: allDrivers,
      environment: toEnvironment({ ...plainSettings, storage: `dynamodb://samples?endpoint=http://127.0.0.1:${port}` }),
    });
    const message = event(notificationBodies()["notifier_v2_one_sample.body"] ?? "");
    const [record] = message.Records;
    if (record === undefined) throw new Error("no record");
    record.attributes.SentTimestamp = String(Date.now() - 7_200_000);
    expect(await collector.handler(message, context)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    const { "SecondsUnstored Stage=test Queue=queue": age = 0 } = sumEmf(lines.filter(isEmf));
    expect(age).toBeGreaterThanOrEqual(7_200);
    expect(age).toBeLessThan(7_260);
    const dynamodb = await startDynamoDb({ port });
    expect(await collector.handler(message, context)).toEqual({ batchItemFailures: [] });
    await collector.close();
    await dynamodb.close();
  });
});

describe("the Lambda function", () => {
  let dynamodb: DynamoDbServer;
  beforeAll(async () => {
    dynamodb = await startDynamoDb();
  });
  afterAll(() => dynamodb.close());

  it("starts with the process's own environment, once, and handles events", async () => {
    const storage = `dynamodb://${await dynamodb.freshTable()}?endpoint=${dynamodb.endpoint}`;
    const environment = toEnvironment({ ...plainSettings, storage });
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const { handler } = await import("../../../functions/queue-collector/handler.ts");
    expect(await handler(event("[]"), context)).toEqual({ batchItemFailures: [] });
  });
});
