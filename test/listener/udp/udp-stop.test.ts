import { existsSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { openGated, samplesIn } from "../../dispatch/gated-driver.ts";
import { expectCounters } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { aDatagram, judge } from "../genuine.ts";
import { startFlooder } from "./counting-flooder.ts";
import { sendDatagrams, udpRig } from "./udp-rig.ts";

const { listen } = udpRig();

describe("starting and stopping a UDP listener", () => {
  it("says what to do when the port is taken", async () => {
    const first = listen({ driver: openGated() }).listener;
    const port = Number(new URL((await first.start()).replace("udp:", "http:")).port);
    const second = listen({ driver: openGated(), port }).listener;
    await expect(second.start()).rejects.toThrow(
      `cannot listen on udp://127.0.0.1:${port}: another process has the port; stop that one, or choose another port (0 lets the system choose) (EADDRINUSE)`,
    );
    await second.stop();
  });

  it("says what to do when the address is another machine's, or the name is unknown", async () => {
    await expect(listen({ driver: openGated(), host: "192.0.2.1" }).listener.start()).rejects.toThrow(
      "this machine has no such address",
    );
    await expect(listen({ driver: openGated(), host: "no-such-host.invalid" }).listener.start()).rejects.toThrow(
      "cannot listen on udp://no-such-host.invalid:0: the name",
    );
  });

  it("takes in what had arrived before the stop, and leaves storing it to the queue", async () => {
    const driver = openGated();
    driver.shut();
    const { listener, queue } = listen({ driver });
    const url = await listener.start();
    await sendDatagrams(url, Array.from({ length: 100 }, aDatagram));
    await listener.stop();
    expectCounters(listener.counters, { MessagesReceived: 100, MessagesInFlight: 100 });
    driver.open();
    expect(await queue.drain(5_000)).toBe(true);
    expectCounters(listener.counters, { MessagesReceived: 100, MessagesRecorded: 100 });
    expect(await samplesIn(driver)).toHaveLength(100);
  });

  it("counts what could not be stored before the deadline as failed", async () => {
    const driver = openGated();
    driver.shut();
    const { listener, queue } = listen({ driver });
    await sendDatagrams(await listener.start(), [aDatagram(), aDatagram()]);
    await listener.stop();
    expect(await queue.drain(20)).toBe(false);
    driver.open();
    await eventually("the late answer", () => driver.pending === 0);
    expectCounters(listener.counters, { MessagesReceived: 2, MessagesFailed: 2 });
  });

  it("stops in time even while datagrams keep coming", async () => {
    const { listener } = listen({ driver: openGated() });
    const url = await listener.start();
    let flooding = true;
    const flood = async (): Promise<void> => {
      // Sending completes without a turn of the loop, which the listener needs as well.
      for (; flooding; await nextTurn()) await sendDatagrams(url, Array(20).fill(Buffer.of(0x07)));
    };
    const flooded = flood().catch(() => undefined);
    await eventually("the flood arrives", () => listener.counters.figures.MessagesReceived > 100);
    const started = performance.now();
    await listener.stop();
    expect(performance.now() - started).toBeLessThan(2_000);
    flooding = false;
    await flooded;
  });

  it.runIf(existsSync("/proc/net/udp")).each(["127.0.0.1", "0.0.0.0", "::"])(
    "reads or counts all that reached its socket at %s in a flood across the stop",
    async (host) => {
      // Judged so slowly that the system's buffer is full at every moment.
      const slow: typeof judge = (bytes, receipt) => {
        for (const end = performance.now() + 3; performance.now() < end; );
        return judge(bytes, receipt);
      };
      const buffers = { receiveBufferBytes: 65_536, maxBacklogBytes: 65_536 };
      const { listener } = listen({ driver: openGated(), host, judge: slow, ...buffers });
      const flooder = await startFlooder(await listener.start(), 1_000);
      onTestFinished(() => flooder.kill());
      await eventually("the flood arrives", () => listener.counters.figures.MessagesReceived > 300);
      const started = performance.now();
      await listener.stop();
      expect(performance.now() - started).toBeLessThan(2_000);
      const { MessagesReceived, KernelDrops = 0 } = listener.snapshot().figures;
      expect(MessagesReceived + KernelDrops).toBe(await flooder.taken);
    },
  );

  it("may be stopped twice, before it was started, and while it starts", async () => {
    const twice = listen({ driver: openGated() }).listener;
    await twice.start();
    await Promise.all([twice.stop(), twice.stop()]);
    await twice.stop();

    const never = listen({ driver: openGated() }).listener;
    await never.stop();
    expect(() => never.start()).toThrow("a listener is started once");

    const starting = listen({ driver: openGated() }).listener;
    const url = starting.start();
    await starting.stop();
    const again = listen({ driver: openGated(), port: Number(new URL((await url).replace("udp:", "http:")).port) });
    expect(await again.listener.start()).toBe(await url);
    expect(() => again.listener.start()).toThrow("a listener is started once");
  });
});
