import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { captureIo } from "../support/captured-io.ts";
import { type EmbeddedQueues, startQueues } from "../support/embedded-queues.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";

/** Whoever runs a collector has to hear that a queue is not read any more: silence looked like an empty queue. */

let queues: EmbeddedQueues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.stop());

const collect = ["collect", "--storage", "memory:", "--secret", "s3cret"];

describe("a collector with queues", () => {
  it("tells at /metrics and in its last line how long each has not answered", async () => {
    const { queueUrl, spillQueueUrl } = await queues.create("told");
    const port = await freePort();
    const io = captureIo();
    const health = `http://127.0.0.1:${port}`;
    const args = ["--queue", queueUrl, "--spill-queue", spillQueueUrl, "--health", health];
    const running = main([...collect, ...args], io);
    await eventually("the ready line", () => io.lines.length > 0);
    const metrics = await (await fetch(`${health}/metrics`)).text();
    expect(metrics).toMatch(/^countersign_seconds_since_poll\{queue="queue"\} [0-9]+$/m);
    expect(metrics).toMatch(/^countersign_seconds_since_poll\{queue="spillQueue"\} [0-9]+$/m);
    expect(metrics).toMatch(/^countersign_messages_received_total\{listener="queue"\} 0$/m);
    expect((await fetch(`${health}/healthz`)).status).toBe(200);
    io.stop();
    expect(await running).toBe(0);
    const figures = { received: 0, deleted: 0, failed: 0, undeleted: 0, secondsSincePoll: expect.any(Number) };
    expect(JSON.parse(io.lines.at(-1) ?? "")).toMatchObject({ queue: figures, spillQueue: figures });
    await expect(fetch(`${health}/healthz`)).rejects.toThrow();
  });

  it.each([
    "http://",
    "https://127.0.0.1:1",
    "127.0.0.1:8080",
    "http://127.0.0.1:8080/metrics",
    "http://a@127.0.0.1:1",
  ])("refuses to be asked at %s, and says what to give", async (url) => {
    const io = captureIo();
    expect(await main([...collect, "--listen", "udp://127.0.0.1:0", "--health", url], io)).toBe(2);
    expect(io.errors.at(-1)).toContain("--health: expected a URL such as http://127.0.0.1:8080");
  });
});
