import { createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RoundTripOptions, roundTrip } from "../../lib/canary/round-trip.ts";
import { sendOnce } from "../../lib/canary/send-once.ts";
import { createKeyring } from "../../lib/keys/keyring.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openTables } from "../../lib/storage/dynamodb/open.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { type EmbeddedQueues, startQueues } from "../support/embedded-queues.ts";
import { key } from "../support/fixtures.ts";
import { freePort, freeUdpPort } from "../support/free-port.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { startMuteProxy } from "../support/mute-proxy.ts";

let dynamodb: DynamoDbServer;
let queues: EmbeddedQueues;
const ending: (() => unknown)[] = [];

beforeAll(async () => {
  [dynamodb, queues] = await Promise.all([startDynamoDb(), startQueues()]);
});
afterEach(async () => {
  await Promise.all(ending.splice(0).map((end) => end()));
});
afterAll(() => Promise.all([dynamodb.close(), queues.stop()]));

async function openedAt(endpoint: string, table: string): Promise<StorageDriver> {
  const opened = await openTables(
    { table, resourcesTable: undefined, endpoint, region: undefined },
    { readOnly: true },
  );
  if (!opened.ok) throw new Error(opened.problem);
  ending.push(() => opened.driver.close());
  return opened.driver;
}

const options: RoundTripOptions = {
  storage: openMemory(),
  keys: createKeyring([legacyKey("current", key("the secret of all publishers"))]),
  dialects: ["py3"],
  legacyListeners: ["queue", "udp", "tcp"],
  withinMs: 300,
};

describe("a sample of the canary's", () => {
  it("is lost, with the reason, on each way that leads nowhere, once its time is over", async () => {
    const { queueUrl } = await queues.create("unread");
    const [udp, tcp] = [`udp://127.0.0.1:${await freeUdpPort()}`, await freePort()];
    const start = performance.now();
    const trips = await Promise.all([
      roundTrip({ listener: "udp", url: udp }, options),
      roundTrip({ listener: "tcp", url: `tcp://127.0.0.1:${tcp}` }, options),
      roundTrip({ listener: "queue", url: queueUrl }, options),
      roundTrip({ listener: "udp", url: udp }, { ...options, keys: createKeyring([]) }),
    ]);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(trips).toEqual(
      [
        "it was sent, and was not in storage after 0.3 s",
        `it could not be sent: connect ECONNREFUSED 127.0.0.1:${tcp}`,
        "it was sent, and was not in storage after 0.3 s",
        "no key is accepted by the listener udp from everybody: add one with the id canary",
      ].map((problem) => ({ ok: false, problem })),
    );
  });

  it("is not waited for longer where storage no longer answers", async () => {
    const proxy = await startMuteProxy(dynamodb.endpoint);
    ending.push(() => proxy.close());
    const storage = await openedAt(proxy.url, await dynamodb.freshTable());
    proxy.mute();
    const start = performance.now();
    const to = { listener: "udp" as const, url: `udp://127.0.0.1:${await freeUdpPort()}` };
    const trip = await roundTrip(to, { ...options, storage });
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(trip).toEqual({ ok: false, problem: "it was sent, and was not in storage after 0.3 s" });
  });

  it("says that storage can't be read, if that is why it was not found", async () => {
    const storage = await openedAt(dynamodb.endpoint, "missing");
    const to = { listener: "udp" as const, url: `udp://127.0.0.1:${await freeUdpPort()}` };
    expect(await roundTrip(to, { ...options, storage })).toEqual({
      ok: false,
      problem: expect.stringContaining("and was not in storage after 0.3 s; storage can't be read: "),
    });
  });

  it("is given up where a connection does not take its frame", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket.pause()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ending.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const bound = server.address();
    if (bound === null || typeof bound === "string") throw new Error("no port");
    // More than the two kernel buffers between hold.
    const frame = { bytes: Buffer.alloc(32 * 1_048_576) };
    const sending = sendOnce({ listener: "tcp", url: `tcp://127.0.0.1:${bound.port}` }, frame, 200);
    await expect(sending).rejects.toMatchObject({ name: "TimeoutError" });
  });
});
