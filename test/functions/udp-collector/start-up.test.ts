import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allDrivers } from "../../../lib/assembly/drivers.ts";
import { startUdpCollector } from "../../../lib/assembly/socket-side.ts";
import { openPublisher } from "../../../lib/cli/send/publisher.ts";
import type { Environment } from "../../../lib/settings.ts";
import { type DynamoDbServer, startDynamoDb } from "../../support/dynamodb-server.ts";
import { startQueues } from "../../support/embedded-queues.ts";
import { eventually } from "../../support/eventually.ts";
import { CAPTURE_SECRET, datagrams } from "../../support/fixtures.ts";
import { freePort, freeUdpPort, isUdpPortFree } from "../../support/free-port.ts";

let server: DynamoDbServer | undefined;
let giveUp = new AbortController();

beforeEach(() => {
  giveUp = new AbortController();
});
afterEach(async () => {
  giveUp.abort();
  await server?.close();
  server = undefined;
});

const WAITS = "can't start yet";
const WITHOUT_STORAGE = "receiving without storage";

/** A collector that is about to start, with a storage that is not there. */
async function starting(said = WAITS, more: Environment = {}) {
  const [storagePort, healthPort, udpPort] = [await freePort(), await freePort(), await freeUdpPort()];
  const lines: string[] = [];
  const started = startUdpCollector({
    drivers: allDrivers,
    write: (line) => lines.push(line),
    environment: {
      COUNTERSIGN_STORAGE: `dynamodb://samples?endpoint=http://127.0.0.1:${storagePort}`,
      COUNTERSIGN_SECRETS: JSON.stringify([CAPTURE_SECRET]),
      COUNTERSIGN_ALLOW_DEFAULT_SECRET: "true",
      COUNTERSIGN_LISTEN: `udp://127.0.0.1:${udpPort}`,
      COUNTERSIGN_HEALTH_PORT: String(healthPort),
      COUNTERSIGN_HEALTH_HOST: "127.0.0.1",
      ...more,
    },
    drainMs: 0,
    metricsIntervalMs: 60_000,
    giveUp: giveUp.signal,
  });
  await eventually("it waits", () => lines.some((line) => line.includes(said)));
  const ask = (path: string) => fetch(`http://127.0.0.1:${healthPort}${path}`);
  return { started, storagePort, healthPort, udpPort, ask, lines };
}

async function send(udpPort: number, messages: readonly Buffer[]): Promise<void> {
  const publisher = await openPublisher(`udp://127.0.0.1:${udpPort}`);
  if ("problem" in publisher) throw new Error(publisher.problem);
  for (const message of messages) await publisher.send(message);
  await publisher.close();
}

describe("the UDP collector, started before its storage,", () => {
  it("is not healthy and binds no socket until storage is there, and then receives", async () => {
    const { started, storagePort, healthPort, udpPort, ask } = await starting();
    expect((await ask("/healthz")).status).toBe(503);
    expect(await (await ask("/metrics")).text()).toBe("");
    expect(await isUdpPortFree(udpPort)).toBe(true);

    server = await startDynamoDb({ port: storagePort });
    const collector = await started;
    if ("problems" in collector) throw new Error(collector.problems.join());
    const { listening, health } = collector;
    expect([listening, health]).toEqual([[`udp://127.0.0.1:${udpPort}`], `http://127.0.0.1:${healthPort}`]);
    expect((await ask("/healthz")).status).toBe(200);
    expect(await isUdpPortFree(udpPort)).toBe(false);
    await send(udpPort, datagrams().slice(0, 5));
    await eventually("recorded", () => collector.ledgers().udp?.figures.SamplesRecorded === 5);
    await collector.stop();
    await expect(ask("/healthz")).rejects.toThrow();
  });

  it("receives and is healthy where it has a spill queue, and tells log and figures until storage is there", async () => {
    const queues = await startQueues();
    const { spillQueueUrl } = await queues.create("late");
    const { started, storagePort, udpPort, ask, lines } = await starting(WITHOUT_STORAGE, {
      COUNTERSIGN_SPILL_QUEUE: spillQueueUrl,
    });
    const collector = await started;
    if ("problems" in collector) throw new Error(collector.problems.join());
    expect((await ask("/healthz")).status).toBe(200);
    await send(udpPort, datagrams().slice(0, 5));
    const line = lines.find((one) => one.includes(WITHOUT_STORAGE)) ?? "";
    expect(JSON.parse(line)).toEqual({
      level: "warn",
      message: "receiving without storage: samples go to the spill queue until it can be opened",
      storage: "dynamodb",
      problem: expect.stringContaining(`the table samples at http://127.0.0.1:${storagePort} can't be opened`),
    });
    await eventually("received", () => collector.ledgers().udp?.figures.SamplesDecoded === 5);
    expect(await (await ask("/metrics")).text()).toMatch(/^countersign_seconds_without_storage_total [0-9]+$/m);

    server = await startDynamoDb({ port: storagePort });
    await eventually("storage is there", () => lines.some((one) => one.includes("storage is open")));
    await eventually("settled", () => collector.ledgers().udp?.figures.RecordsInFlight === 0);
    const { SamplesRecorded = 0, SamplesSpilled = 0 } = collector.ledgers().udp?.figures ?? {};
    expect(SamplesRecorded + SamplesSpilled).toBe(5);
    await send(udpPort, datagrams().slice(5, 8));
    await eventually("recorded", () => collector.ledgers().udp?.figures.SamplesRecorded === SamplesRecorded + 3);
    await collector.stop();
    await queues.stop();
  });

  it("gives up when it is asked to, says what it waited for, and lets go of the health port", async () => {
    const { started, storagePort, ask } = await starting();
    giveUp.abort();
    expect(await started).toEqual({
      problems: [
        expect.stringContaining(`the table samples at http://127.0.0.1:${storagePort} can't be opened`),
        "asked to stop before the start",
      ],
    });
    await expect(ask("/healthz")).rejects.toThrow();
  });
});
