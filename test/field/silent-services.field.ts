import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedServices, startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";
import { createQueues } from "../../lib/queue/create-queue.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { sendMessage } from "../../lib/queue/send-message.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { eventually } from "../support/eventually.ts";
import { CAPTURE_SECRET, datagrams, notificationBodies } from "../support/fixtures.ts";
import { type MuteProxy, startMuteProxy } from "../support/mute-proxy.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const command = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));

let folder: TemporaryFolder;
let services: EmbeddedServices;
beforeAll(async () => {
  folder = await temporaryFolder();
  services = await startEmbeddedServices(join(folder.path, "services"));
});
afterAll(async () => {
  await services.stop();
  await folder.remove();
});

/** All that a collector talks to, each behind a proxy of its own. */
interface World {
  readonly dynamodb: MuteProxy;
  readonly s3: MuteProxy;
  readonly sqs: MuteProxy;
  readonly queueUrl: string;
  readonly spillQueueUrl: string;
  close(): Promise<void>;
}

async function openWorld(name: string): Promise<World> {
  const [dynamodb, s3, sqs] = await Promise.all(
    [services.dynamodb, services.s3AndSqs, services.s3AndSqs].map(startMuteProxy),
  );
  if (dynamodb === undefined || s3 === undefined || sqs === undefined) throw new Error("no proxy");
  // Its URL has the port by which a queue was made.
  const service = openQueue(`${sqs.url}/${name}`);
  if ("problem" in service) throw new Error(service.problem);
  const { queueUrl, spillQueueUrl } = await createQueues(service.client, name, 5);
  service.client.destroy();
  return {
    dynamodb,
    s3,
    sqs,
    queueUrl,
    spillQueueUrl,
    close: async () => void (await Promise.all([dynamodb, s3, sqs].map((proxy) => proxy.close()))),
  };
}

function collect({ dynamodb, s3, queueUrl, spillQueueUrl }: World, table: string) {
  const storage = `dynamodb://${table}?endpoint=${dynamodb.url},s3://${table}/log?endpoint=${s3.url}`;
  const quarantine = `s3://${table}/quarantine?endpoint=${s3.url}`;
  const queues = ["--queue", queueUrl, "--spill-queue", spillQueueUrl];
  const args = [
    "collect",
    "--listen",
    "udp://127.0.0.1:0",
    "--storage",
    storage,
    "--quarantine",
    quarantine,
    ...queues,
  ];
  const trust = ["--secret", CAPTURE_SECRET, "--allow-default-secret"];
  const child = spawn(process.execPath, [command, ...args, ...trust], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (output.out += chunk));
  child.stderr.on("data", (chunk) => (output.err += chunk));
  return { child, output, exited: once(child, "close").then(([code, signal]) => ({ code, signal })) };
}

async function sendAll(url: string, messages: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket("udp4");
  const { port, hostname } = new URL(url);
  for (const message of messages) {
    await new Promise((resolve) => socket.send(message, Number(port), hostname, resolve));
  }
  socket.close();
}

async function sendToQueue(url: string): Promise<void> {
  const queue = openQueue(url);
  if ("problem" in queue) throw new Error(queue.problem);
  for (const body of Object.values(notificationBodies())) await sendMessage(queue, body);
  queue.client.destroy();
}

const silences: readonly [string, (world: World) => readonly MuteProxy[]][] = [
  ["DynamoDB", ({ dynamodb }) => [dynamodb]],
  ["S3", ({ s3 }) => [s3]],
  ["the queues", ({ sqs }) => [sqs]],
  ["everything", ({ dynamodb, s3, sqs }) => [dynamodb, s3, sqs]],
];

describe("a collector that is stopped", () => {
  it.concurrent.each(silences)(
    "while %s is silent ends within ten seconds, its ledger printed",
    async (name, silent) => {
      const table = `silent-${name.replace(/\W/g, "-").toLowerCase()}`;
      const world = await openWorld(table);
      const { child, output, exited } = collect(world, table);
      try {
        await eventually("the ready line", () => output.out.includes("\n"), 20_000);
        const { listening } = JSON.parse(output.out);
        await sendToQueue(world.queueUrl);
        for (const proxy of silent(world)) proxy.mute();
        // As many as the smallest receive buffer holds, while the machine is busy.
        const messages = datagrams().slice(0, 20);
        await sendAll(listening[0], messages);
        const asked = performance.now();
        child.kill("SIGTERM");
        expect(await exited).toEqual({ code: expect.any(Number), signal: null });
        expect(performance.now() - asked).toBeLessThan(10_000);
        const [, last = ""] = output.out.trimEnd().split("\n");
        const { ledgers, queue } = JSON.parse(last);
        const { MessagesReceived, MessagesInFlight, Imbalance } = ledgers.udp.figures;
        expect([MessagesReceived, MessagesInFlight, Imbalance]).toEqual([messages.length, 0, 0]);
        expect(imbalance(ledgers.udp)).toEqual(balanced);
        expect(queue.received).toBe(queue.deleted + queue.failed + queue.undeleted);
        expect(output.err).not.toMatch(/Unhandled|unhandled| {4}at /);
      } finally {
        child.kill("SIGKILL");
        await world.close();
      }
    },
  );
});
