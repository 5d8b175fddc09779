import { CreateQueueCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkQueues } from "../../lib/assembly/check-queues.ts";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { startUdpCollector } from "../../lib/assembly/socket-side.ts";
import { callLimits } from "../../lib/aws/client-options.ts";
import { main } from "../../lib/cli/main.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { toEnvironment } from "../../lib/settings.ts";
import { captureIo } from "../support/captured-io.ts";
import { type EmbeddedQueues, startQueues } from "../support/embedded-queues.ts";
import { eventually } from "../support/eventually.ts";
import { type FaultyServer, startFaultyServer } from "../support/faulty-server.ts";
import { startImpostor } from "../support/impostor-server.ts";
import { startMuteProxy } from "../support/mute-proxy.ts";
import { plainSettings } from "../support/plain-settings.ts";

/** A mistyped or FIFO queue used to be ready, and to shed everything at the first outage of storage. */

let queues: EmbeddedQueues;
let silent: FaultyServer;
beforeAll(async () => {
  queues = await startQueues();
  silent = await startFaultyServer("silent");
});
afterAll(async () => {
  await silent.close();
  await queues.stop();
});

const LIMITS = { ...callLimits.spillQueue, connectMs: 200, answerMs: 200, callMs: 300, maxAttempts: 1 };

interface Look {
  readonly use?: "taken from" | "spilled to";
  readonly lookAgainMs?: number;
}

/** What is wrong with a queue, and what is said of it. */
async function look(url: string, { use = "spilled to", lookAgainMs = 60_000 }: Look = {}) {
  const log: string[] = [];
  const stopping = new AbortController();
  const logger = createLogger((line) => log.push(line));
  const options = { logger, stop: stopping.signal, limits: LIMITS, lookAgainMs };
  const problems = await checkQueues([{ name: "--spill-queue", url, use }], options);
  return { problems, log, stop: () => stopping.abort() };
}

async function limitedTo(name: string, bytes: string): Promise<string> {
  const { spillQueueUrl } = await queues.create(name);
  const { client } = queues.open(spillQueueUrl);
  await client.send(
    new SetQueueAttributesCommand({ QueueUrl: spillQueueUrl, Attributes: { MaximumMessageSize: bytes } }),
  );
  return spillQueueUrl;
}

describe("a queue that a collector is given", () => {
  it("is taken, without a word, if it is as a deployment makes it", async () => {
    const { queueUrl, spillQueueUrl } = await queues.create("good");
    expect(await look(spillQueueUrl)).toMatchObject({ problems: [], log: [] });
    expect(await look(queueUrl, { use: "taken from" })).toMatchObject({ problems: [], log: [] });
  });

  it("is refused if it does not exist", async () => {
    const { spillQueueUrl } = await queues.create("existing");
    const { problems } = await look(`${spillQueueUrl}-not`);
    expect(problems).toEqual([
      `--spill-queue ${spillQueueUrl}-not: does not exist: check its name, account and region`,
    ]);
  });

  it("is refused if it is a FIFO queue", async () => {
    const { spillQueueUrl } = await queues.create("beside");
    const { client } = queues.open(spillQueueUrl);
    const { QueueUrl = "" } = await client.send(
      new CreateQueueCommand({ QueueName: "ordered.fifo", Attributes: { FifoQueue: "true" } }),
    );
    const { problems } = await look(QueueUrl, { use: "taken from" });
    expect(problems).toEqual([expect.stringContaining("is a FIFO queue")]);
  });

  it("is refused if it does not take what is sent to it, and told of if it takes not all", async () => {
    const small = await limitedTo("small", "262143");
    expect((await look(small)).problems).toEqual([
      `--spill-queue ${small}: takes messages of 262143 bytes at most: set its MaximumMessageSize to 1048576, or at least 262144`,
    ]);
    expect(await look(small, { use: "taken from" })).toMatchObject({ problems: [], log: [] });
    const medium = await look(await limitedTo("medium", "262144"));
    expect(medium.problems).toEqual([]);
    expect(medium.log.join()).toContain("the largest frames can't be spilled");
  });

  it.each([
    ["refuses connections", async () => "http://127.0.0.1:1/000000000000/spill"],
    ["never answers", async () => `${silent.endpoint}/000000000000/spill`],
  ])("is told of, and no reason not to start, if its server %s", async (_, url) => {
    const { problems, log, stop } = await look(await url());
    stop();
    expect(problems).toEqual([]);
    expect(log.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message: "a queue can't be looked at now, to be tried again; the collector runs all the same",
        queue: expect.any(String),
      },
    ]);
  });

  it.each([
    [
      "has not the right to ask",
      { status: 403, body: JSON.stringify({ __type: "com.amazonaws.sqs#AccessDeniedException" }) },
    ],
    ["is asked too often", { status: 400, body: JSON.stringify({ __type: "com.amazonaws.sqs#RequestThrottled" }) }],
    ["is answered by something else", { body: "{}" }],
    ["is answered by something else, and no", { status: 404, body: "<html>" }],
  ])("is told of, and no reason not to start, if one %s", async (_, answer) => {
    const server = await startImpostor(answer);
    const { problems, log, stop } = await look(`${server.endpoint}/000000000000/spill`);
    stop();
    await server.close();
    expect([problems, log.length]).toEqual([[], 1]);
  });

  it("is looked at again until somebody answers, and told of if it is wrong", async () => {
    const { spillQueueUrl } = await queues.create("later");
    const proxy = await startMuteProxy(new URL(spillQueueUrl).origin.replace(/[^/:]+\.localhost/, "127.0.0.1"));
    proxy.mute();
    const { log, stop } = await look(`${proxy.url}/000000000000/absent`, { lookAgainMs: 10 });
    proxy.unmute();
    await eventually("the truth", () => log.some((line) => line.includes("does not exist")));
    stop();
    await proxy.close();
    expect(JSON.parse(log.at(-1) ?? "")).toMatchObject({
      level: "error",
      message: "a queue can't be used: correct it, and start again",
    });
  });
});

const collect = ["collect", "--listen", "udp://127.0.0.1:0", "--storage", "memory:", "--secret", "s3cret"];

describe("a start", () => {
  it.each(["--queue", "--spill-queue"])("with a mistyped %s ends with 2 and says what is wrong", async (option) => {
    const { queueUrl } = await queues.create(`typed${option}`);
    const io = captureIo();
    expect(await main([...collect, option, `${queueUrl}x`], io)).toBe(2);
    expect(io.lines).toEqual([]);
    expect(io.errors.at(-1)).toContain(`${option} ${queueUrl}x: does not exist`);
  });

  it("with queues that can't be reached receives all the same", async () => {
    const io = captureIo();
    const url = (name: string) => `${silent.endpoint}/000000000000/${name}`;
    const running = main([...collect, "--queue", url("one"), "--spill-queue", url("two")], io);
    await eventually("the ready line", () => io.lines.length > 0);
    expect(io.errors.filter((line) => line.includes("a queue can't be looked at now"))).toHaveLength(2);
    io.stop();
    await running;
  });

  it("before a storage that never answers ends soon after it is told to", async () => {
    const io = captureIo();
    const storage = `s3://bucket/log?endpoint=${silent.endpoint}`;
    const listen = ["--listen", "udp://127.0.0.1:0", "--secret", "s3cret"];
    const running = main(["collect", ...listen, "--storage", storage], io);
    const heard = silent.heard;
    await eventually("storage was asked", () => silent.heard > heard);
    const asked = performance.now();
    io.stop();
    expect(await running).toBe(1);
    expect(performance.now() - asked).toBeLessThan(6_000);
    expect(io.lines).toEqual([]);
    expect(io.errors.at(-1)).toContain("have not answered yet; asked to stop before the start");
  });

  it("of the socket side ends with what is wrong with its spill queue", async () => {
    const { spillQueueUrl } = await queues.create("of-the-task");
    const settings = {
      ...plainSettings,
      storage: "memory:",
      spillQueue: `${spillQueueUrl}x`,
      listen: ["udp://127.0.0.1:0"],
    };
    const started = await startUdpCollector({
      drivers: allDrivers,
      write: () => undefined,
      environment: toEnvironment(settings),
    });
    expect(started).toEqual({ problems: [expect.stringMatching(/^COUNTERSIGN_SPILL_QUEUE .*does not exist/)] });
  });
});
