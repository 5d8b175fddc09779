import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { until } from "../faults/until.ts";
import { freePort, freeUdpPort } from "../support/free-port.ts";
import { SECRET, startProgram } from "./command.ts";
import { openWorld, sendJunk, stored, type World } from "./world.ts";

/** The process in the container, whose standard output is its log and its metrics. */

const main = fileURLToPath(new URL("../../functions/udp-collector/main.ts", import.meta.url));

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => world.tidy());
afterAll(() => world.close());

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
      const file = world.path("samples.jsonl");
      const env = {
        COUNTERSIGN_STORAGE: `file://${file}`,
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
      await until("the samples are stored", async () => stored(file) === 20, 10_000);
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
