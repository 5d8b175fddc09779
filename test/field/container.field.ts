import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { until } from "../faults/until.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { freePort, freeUdpPort } from "../support/free-port.ts";
import { SECRET, startProgram } from "./command.ts";
import { openWorld, sendJunk, type World } from "./world.ts";

/** The process in the container, whose standard output is its log and its metrics. */

const main = fileURLToPath(new URL("../../functions/udp-collector/main.ts", import.meta.url));

let world: World;
let dynamodb: DynamoDbServer;
beforeAll(async () => {
  world = await openWorld();
  dynamodb = await startDynamoDb();
});
afterEach(() => world.tidy());
afterAll(() => Promise.all([world.close(), dynamodb.close()]));

async function storedIn(storage: string): Promise<number> {
  const opened = await openStorage(storage, allDrivers, { readOnly: true });
  if (!opened.ok) throw new Error(opened.problem);
  let count = 0;
  for await (const _ of opened.driver.samples({})) count++;
  await opened.driver.close();
  return count;
}

async function metric(port: number, name: string): Promise<number | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (got) => got.text(),
    () => "",
  );
  const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9]+)$`, "m").exec(answer) ?? [];
  return value === undefined ? undefined : Number(value);
}

describe("the process in the container", () => {
  it.each(["sleeps", "is gone"])(
    "goes on where the reader of its log %s, through SIGHUP, and ends at SIGTERM",
    async (how) => {
      const log = world.pipe();
      if (how === "sleeps") log.fill();
      const [udp, health] = [await freeUdpPort(), await freePort()];
      const storage = `dynamodb://${await dynamodb.freshTable()}?endpoint=${dynamodb.endpoint}`;
      const env = {
        COUNTERSIGN_STORAGE: storage,
        COUNTERSIGN_SECRETS: JSON.stringify([SECRET]),
        COUNTERSIGN_LISTEN: `udp://127.0.0.1:${udp}`,
        COUNTERSIGN_HEALTH_PORT: String(health),
      };
      const args = [process.execPath, "--import", "tsx", main];
      const container = startProgram(args, { stdio: ["ignore", log.end, "pipe"], env });
      world.keep(container);
      const dropped = () => metric(health, "countersign_log_lines_dropped_total");
      await until("it receives", async () => (await dropped()) !== undefined, 30_000);
      if (how === "is gone") log.leave();
      await sendJunk(udp);
      await world.send(udp);
      await until("the samples are stored", async () => (await storedIn(storage)) === 20, 10_000);
      const before = (await dropped()) ?? 0;
      expect(before).toBeGreaterThan(0);
      container.child.kill("SIGHUP");
      await until("it has reloaded", async () => ((await dropped()) ?? 0) > before, 10_000);
      // The second signal cuts short what it waits for its load balancer.
      container.child.kill("SIGTERM");
      await until("it drains", async () => (await fetch(`http://127.0.0.1:${health}/healthz`)).status === 503, 10_000);
      container.child.kill("SIGTERM");
      expect(await container.ended()).toBe(0);
    },
  );
});
