import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { callLimits } from "../../lib/aws/client-options.ts";
import { type EmbeddedServices, startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { checkQueue } from "../../lib/queue/check-queue.ts";
import { createQueues } from "../../lib/queue/create-queue.ts";
import { createPoller } from "../../lib/queue/poller.ts";
import { openQueue, type Queue } from "../../lib/queue/queue-client.ts";
import { sendMessage } from "../../lib/queue/send-message.ts";
import { identity } from "../../lib/sample/identity.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { eventually } from "../support/eventually.ts";
import { captureJudge, envelopeValues, notificationBodies } from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";
import { type MuteProxy, startMuteProxy } from "../support/mute-proxy.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { handlerOn } from "./handling.ts";

const silent = createLogger(() => {});
let services: EmbeddedServices;
let queue: Queue;
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
  services = await startEmbeddedServices(folder.path);
  const opened = openQueue(services.queueUrl);
  if ("problem" in opened) throw new Error(opened.problem);
  queue = opened;
});

afterAll(async () => {
  queue.client.destroy();
  await services.stop();
  await folder.remove();
});

describe("the poller", () => {
  it("hands captured queue messages to the handler, and deletes what is done", async () => {
    const storage = openMemory();
    const handler = handlerOn(storage).handle;
    const poller = createPoller(queue, handler, silent);
    const bodies = Object.values(notificationBodies());
    for (const body of bodies) await sendMessage(queue, body);
    poller.start();
    await eventually("all messages deleted", () => poller.counters().deleted === bodies.length);
    await poller.stop();
    expect(poller.counters()).toEqual({ received: bodies.length, deleted: bodies.length, failed: 0, undeleted: 0 });
    const stored = new Set<string>();
    for await (const one of storage.samples({})) stored.add(identity(one));
    for await (const one of storage.events({})) stored.add(identity(one));
    const genuine = bodies
      .flatMap(envelopeValues)
      .map(judging(captureJudge()))
      .flatMap((result) => (result.ok ? [result.value] : []));
    expect(stored).toEqual(new Set(genuine.map(identity)));
    expect(stored.size).toBe(41);
  });

  it("leaves in the queue what failed", async () => {
    const { handle: handler } = handlerOn({
      ...openMemory(),
      record: async (all) => all.map(() => ({ kind: "failed", cause: "down" })),
    });
    const poller = createPoller(queue, handler, silent);
    await sendMessage(queue, Object.values(notificationBodies())[0] ?? "");
    poller.start();
    await eventually("the message was handled", () => poller.counters().failed === 1);
    await poller.stop();
    expect(poller.counters()).toEqual({ received: 1, deleted: 0, failed: 1, undeleted: 0 });
  });

  it("goes on after the queue could not be read, and stops at once even then", async () => {
    const nowhere = openQueue(`${services.s3AndSqs}/000000000000/no-such-queue`);
    if ("problem" in nowhere) throw new Error(nowhere.problem);
    const log: string[] = [];
    const poller = createPoller(
      nowhere,
      async () => ({ batchItemFailures: [] }),
      createLogger((line) => log.push(line)),
    );
    poller.start();
    await eventually("two attempts", () => log.length >= 2);
    await poller.stop();
    nowhere.client.destroy();
    expect(log[0]).toContain("the queue can't be read");
  });
});

describe("openQueue", () => {
  it.each([
    "",
    "metering",
    "sqs://queue",
    "https://sqs.eu-west-1.amazonaws.com",
    "https://sqs.eu-west-1.amazonaws.com/",
  ])("refuses %j, and says what a queue's URL looks like", (url) => {
    expect(openQueue(url)).toEqual({
      problem: expect.stringContaining("https://sqs.eu-west-1.amazonaws.com/123456789012/metering"),
    });
  });

  it("takes the region from a URL of AWS", async () => {
    const opened = openQueue("https://sqs.eu-north-1.amazonaws.com/123456789012/metering");
    expect("client" in opened && (await opened.client.config.region())).toBe("eu-north-1");
  });

  it("goes to AWS's usual name only where the environment names no other endpoint", async () => {
    const { hostname, port } = new URL(services.s3AndSqs);
    vi.stubEnv("AWS_ENDPOINT_URL_SQS", `http://${hostname}:${port}`);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    const opened = openQueue("https://sqs.us-east-1.amazonaws.com/123456789012/elsewhere");
    try {
      if ("problem" in opened) throw new Error(opened.problem);
      expect(await checkQueue(opened, { leastBytes: 0, bestBytes: 0 })).toEqual({
        kind: "wrong",
        problem: "does not exist: check its name, account and region",
      });
      opened.client.destroy();
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("reaches AWS by whatever name the URL has, in the region of that name", async () => {
    const host = "vpce-0a-b.sqs.eu-north-1.vpce.amazonaws.com";
    const opened = openQueue(`https://${host}/123456789012/metering/`);
    if ("problem" in opened) throw new Error(opened.problem);
    const endpoint = await opened.client.config.endpoint?.();
    expect([opened.url, await opened.client.config.region(), endpoint?.hostname]).toEqual([
      `https://${host}/123456789012/metering`,
      "eu-north-1",
      host,
    ]);
  });

  it("needs neither region nor credentials on this machine", async () => {
    const opened = openQueue("http://sqs.us-east-1.localhost:4566/000000000000/metering");
    expect("client" in opened && (await opened.client.config.credentials())).toMatchObject({ accessKeyId: "local" });
  });
});

describe("the poller of a queue that stops answering", () => {
  let proxy: MuteProxy;
  let muted: Queue;
  beforeEach(async () => {
    proxy = await startMuteProxy(services.s3AndSqs);
    const service = openQueue(`${proxy.url}/muted`);
    if ("problem" in service) throw new Error(service.problem);
    const { queueUrl } = await createQueues(service.client, `muted-${proxy.url.split(":").at(-1)}`, 5);
    service.client.destroy();
    // Long enough for a call that waits one second for messages, short enough for a test.
    const opened = openQueue(queueUrl, { ...callLimits.queue, answerMs: 1_500, callMs: 1_600, maxAttempts: 1 });
    if ("problem" in opened) throw new Error(opened.problem);
    muted = opened;
  });
  afterEach(async () => {
    muted.client.destroy();
    await proxy.close();
  });

  it("says so, goes on with a new connection, and takes messages again", async () => {
    const log: string[] = [];
    const poller = createPoller(
      muted,
      handlerOn(openMemory()).handle,
      createLogger((line) => log.push(line)),
    );
    poller.start();
    proxy.mute();
    await eventually("a line", () => log.some((line) => line.includes("the queue can't be read")));
    expect(poller.secondsSincePoll()).toBeGreaterThan(0);
    proxy.unmute();
    const body = Object.values(notificationBodies())[0] ?? "";
    await eventually("a line", () => log.some((line) => line.includes("the queue answers again")));
    await sendMessage(muted, body);
    await eventually("the message was handled", () => poller.counters().deleted === 1);
    await poller.stop();
    expect(poller.counters()).toEqual({ received: 1, deleted: 1, failed: 0, undeleted: 0 });
    expect(poller.secondsSincePoll()).toBeLessThan(5);
  });

  it("stops within the time that it is given, and leaves what is in hand to the queue", async () => {
    const log: string[] = [];
    const handler = () => new Promise<never>(() => undefined);
    const poller = createPoller(
      muted,
      handler,
      createLogger((line) => log.push(line)),
    );
    await sendMessage(muted, "one");
    poller.start();
    await eventually("the message is in hand", () => poller.counters().received === 1);
    const asked = performance.now();
    await poller.stop(200);
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(poller.counters()).toEqual({ received: 1, deleted: 0, failed: 1, undeleted: 0 });
    expect(log.join()).toContain("left to the queue");
  });

  it("does not hold a message for deleted that the queue does not name as deleted", async () => {
    const log: string[] = [];
    muted.client.middlewareStack.add(
      (next, context) => async (call) =>
        context.commandName === "DeleteMessageBatchCommand" ? { response: {}, output: { $metadata: {} } } : next(call),
      { step: "initialize" },
    );
    const poller = createPoller(
      muted,
      async () => ({ batchItemFailures: [] }),
      createLogger((line) => log.push(line)),
    );
    await sendMessage(muted, "one");
    poller.start();
    await eventually("the message was handled", () => poller.counters().undeleted === 1);
    await poller.stop(3_000);
    expect(poller.counters()).toEqual({ received: 1, deleted: 0, failed: 0, undeleted: 1 });
    expect(log.join()).toContain("did not delete messages that were handled");
  });
});
