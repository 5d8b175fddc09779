import { spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { type KernelDrops, watchKernelDrops } from "../../../lib/listener/udp/kernel-drops.ts";
import { openGated } from "../../dispatch/gated-driver.ts";
import { unaccounted } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { udpRig } from "./udp-rig.ts";

const { listen } = udpRig();
const isLinux = existsSync("/proc/net/udp");
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

async function bound(address: string, port = 0) {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", ipv6Only: address.includes(":") });
  sockets.push(socket);
  let received = 0;
  socket.on("message", () => received++);
  socket.bind({ address, port, exclusive: true });
  await once(socket, "listening");
  socket.setRecvBufferSize(4_096);
  return { port: socket.address().port, drops: watchKernelDrops(socket.address()), received: () => received };
}

/** Blocks this process, and so its sockets, until another has sent so many datagrams. */
function flood(address: string, port: number, count: number): void {
  const program = `
    const socket = require("node:dgram").createSocket("${address.includes(":") ? "udp6" : "udp4"}");
    const datagram = Buffer.alloc(200, 7);
    let left = ${count};
    const next = () => (left-- > 0 ? socket.send(datagram, ${port}, "${address}", next) : socket.close());
    next();`;
  const sender = spawnSync(process.execPath, ["--eval", program], { timeout: 20_000 });
  expect([sender.status, sender.stderr.toString()]).toEqual([0, ""]);
}

/** Off Linux there is nothing to read, which is all that can be said there. */
function expectDrops(drops: KernelDrops, count: number): void {
  expect(drops.read()).toBe(isLinux ? count : undefined);
}

describe("the kernel's drops", () => {
  it.each(["127.0.0.1", "0.0.0.0", "127.0.0.2", "::1", "::"])("are found of a socket bound to %s", async (address) => {
    expectDrops((await bound(address)).drops, 0);
  });

  it.runIf(isLinux).each(["127.0.0.1", "::1"])(
    "are exactly what was sent to %s and not received, and a socket's own",
    async (address) => {
      const flooded = await bound(address);
      // The same port beside it: the other family, and another address of the same.
      const others = [await bound(address === "::1" ? "127.0.0.1" : "::1", flooded.port)];
      if (address === "127.0.0.1") others.push(await bound("127.0.0.2", flooded.port));
      let sent = 0;
      for (let round = 0; round < 3; round++) {
        flood(address, flooded.port, 500);
        sent += 500;
        expect(flooded.drops.heldBytes()).toBeGreaterThan(0);
        const dropped = () => flooded.drops.read() ?? 0;
        await eventually("all received or dropped", () => flooded.received() + dropped() >= sent);
        expect(flooded.received() + dropped()).toBe(sent);
        expect(dropped()).toBeGreaterThan(100);
        expect(flooded.drops.heldBytes()).toBe(0);
      }
      for (const other of others) expectDrops(other.drops, 0);
    },
  );

  it("are unknown for an address that no socket of ours has", async () => {
    const { port } = await bound("127.0.0.1");
    expect(watchKernelDrops({ address: "127.0.0.3", family: "IPv4", port }).read()).toBeUndefined();
    expect(watchKernelDrops({ address: "::ffff:127.0.0.1", family: "IPv6", port }).read()).toBeUndefined();
  });

  it.runIf(isLinux)("stand in a listener's snapshot, after the stop too, beside a ledger that balances", async () => {
    const { listener } = listen({ driver: openGated(), receiveBufferBytes: 4_096 });
    const url = await listener.start();
    expect(listener.snapshot().figures.KernelDrops).toBe(0);
    flood("127.0.0.1", Number(new URL(url.replace("udp:", "http:")).port), 700);
    // The last are still in the socket's buffer when the stop begins.
    await listener.stop();
    const { MessagesReceived, KernelDrops = 0 } = listener.snapshot().figures;
    expect(MessagesReceived + KernelDrops).toBe(700);
    expect(KernelDrops).toBeGreaterThan(200);
    expect(unaccounted(listener.counters)).toBe(0);
    expect(listener.snapshot().figures.KernelDrops).toBe(KernelDrops);
  });
});
