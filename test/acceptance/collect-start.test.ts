import { afterEach, describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import { sendMessage } from "../../lib/queue/send-message.ts";
import { captureIo } from "../support/captured-io.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { startQueues, visibleIn } from "../support/embedded-queues.ts";
import { eventually } from "../support/eventually.ts";
import { CAPTURE_SECRET, datagrams, notificationBodies } from "../support/fixtures.ts";
import { freePort } from "../support/free-port.ts";

let server: DynamoDbServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The command, with a storage that is not there yet. */
async function collecting(...more: readonly string[]) {
  const port = await freePort();
  const io = captureIo();
  const storage = `dynamodb://samples?endpoint=http://127.0.0.1:${port}`;
  const listen = ["--listen", "udp://127.0.0.1:0"];
  const running = main(["collect", ...listen, "--storage", storage, "--secret", "s3cret", ...more], io);
  return { io, running, port };
}

const waits = (errors: readonly string[]) => errors.some((line) => line.includes("can't start yet"));

describe("collect, started before its storage,", () => {
  it("waits, and is ready once storage is there", async () => {
    const { io, running, port } = await collecting();
    await eventually("it waits", () => waits(io.errors));
    expect(io.lines).toEqual([]);
    server = await startDynamoDb({ port });
    await eventually("the ready line", () => io.lines.length > 0);
    expect(JSON.parse(io.lines[0] ?? "")).toEqual({
      ready: true,
      listening: [expect.stringMatching(/^udp:\/\/127\.0\.0\.1:[0-9]+$/)],
      storage: "dynamodb",
    });
    io.stop();
    expect(await running).toBe(0);
  });

  it("receives at once where it has a spill queue, and leaves queues alone until storage is there", async () => {
    const queues = await startQueues();
    const { queueUrl, spillQueueUrl } = await queues.create("late");
    const [body = ""] = Object.values(notificationBodies());
    await sendMessage(queues.open(queueUrl), body);
    const trust = ["--secret", CAPTURE_SECRET, "--allow-default-secret"];
    const { io, running, port } = await collecting("--queue", queueUrl, "--spill-queue", spillQueueUrl, ...trust);
    await eventually("the ready line", () => io.lines.length > 0);
    expect(JSON.parse(io.lines[0] ?? "")).toMatchObject({ ready: true, storage: "dynamodb", queue: queueUrl });
    const [{ listening }] = io.lines.map((line) => JSON.parse(line));
    const publisher = await openPublisher(listening[0]);
    if ("problem" in publisher) throw new Error(publisher.problem);
    await publisher.send(datagrams()[0] ?? Buffer.alloc(0));
    await publisher.close();
    expect(await visibleIn(queues.open(queueUrl))).toBe(1);
    server = await startDynamoDb({ port });
    await eventually("the queue's message", () => io.errors.some((line) => line.includes("messages handled")));
    io.stop();
    expect(await running).toBe(0);
    const { queue, ledgers, process } = JSON.parse(io.lines.at(-1) ?? "");
    expect(queue).toMatchObject({ received: 1, deleted: 1, failed: 0, undeleted: 0 });
    expect(ledgers.udp.figures).toMatchObject({ MessagesReceived: 1, SamplesFailed: 0, SamplesShed: 0 });
    expect(process).toMatchObject({ SecondsWithoutStorage: expect.any(Number), StorageRefused: 0 });
    await queues.stop();
  });

  it("ends with 1 when it is stopped before, and says what it waited for", async () => {
    const { io, running } = await collecting();
    await eventually("it waits", () => waits(io.errors));
    io.stop();
    expect(await running).toBe(1);
    expect(io.lines).toEqual([]);
    expect(io.errors.at(-1)).toMatch(/the table samples at .* can't be opened: .*; asked to stop before the start$/);
  });

  it("does not wait for what can't heal by itself", async () => {
    const { io, running } = await collecting("--quarantine", "ftp://x");
    expect(await running).toBe(2);
    expect(waits(io.errors)).toBe(false);
  });
});
