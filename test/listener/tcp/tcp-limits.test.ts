import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { tcpLimits } from "../../../lib/listener/tcp/tcp-limits.ts";
import { openGated } from "../../dispatch/gated-driver.ts";
import { expectCounters } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { aFrame } from "../genuine.ts";
import { tcpRig } from "./tcp-rig.ts";

const { listen, publish } = tcpRig();

describe("the limits of a TCP listener", () => {
  it("are these where nobody says otherwise", () => {
    expect(tcpLimits({ frameTimeoutMs: 5, maxConnections: undefined })).toStrictEqual({
      maxFrameBytes: 1_048_576,
      frameTimeoutMs: 5,
      maxConnections: 1_000,
      maxConnectionsPerAddress: 250,
      maxBufferedBytes: 67_108_864,
      stopWithinMs: 2_000,
    });
  });

  it("close a connection that stays inside a frame too long, but never one between frames", async () => {
    const { listener } = listen({ driver: openGated(), limits: { frameTimeoutMs: 50 } });
    const url = await listener.start();
    const [silent, idle, inHeader, inBody] = [
      await publish(url),
      await publish(url),
      await publish(url),
      await publish(url),
    ];
    await idle.send(aFrame());
    await inHeader.send(Buffer.of(1));
    await inBody.send(Buffer.concat([aFrame(), aFrame().subarray(0, 100)]));
    await eventually("both closed", () => inHeader.closed && inBody.closed);
    // Another time-out's length of idling for the two others: the first frame after it is not lost.
    const third = await publish(url);
    await third.send(Buffer.of(1));
    await eventually("the third closed", () => third.closed);
    await silent.send(aFrame());
    await idle.send(aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 4);
    expect([silent.closed, idle.closed]).toStrictEqual([false, false]);
    expectCounters(listener.counters, {
      MessagesReceived: 4,
      MessagesRecorded: 4,
      FramesCut: 3,
      connections: { open: 2, accepted: 5, timeouts: 3, framingErrors: 0, bufferedBytes: 0 },
    });
  });

  it("count a frame's time from its first byte, however its sender trickles", async () => {
    const { listener } = listen({ driver: openGated(), limits: { frameTimeoutMs: 100 } });
    const trickler = await publish(await listener.start());
    const started = performance.now();
    for (const byte of aFrame()) {
      if (trickler.closed) break;
      trickler.post(Buffer.of(byte));
      await delay(10);
    }
    expect(trickler.closed).toBe(true);
    expect(performance.now() - started).toBeLessThan(2_000);
    expectCounters(listener.counters, { FramesCut: 1, connections: { open: 0, timeouts: 1 } });
  });

  it("give each frame its own time, also where chunks never end with a frame", async () => {
    const { listener } = listen({ driver: openGated(), limits: { frameTimeoutMs: 1_000 } });
    const publisher = await publish(await listener.start());
    const frames = Buffer.concat(Array.from({ length: 9 }, aFrame));
    const started = performance.now();
    const size = Math.ceil(frames.length / 9);
    await publisher.send(frames.subarray(0, size - 5));
    for (let from = size - 5; from < frames.length; from += size) {
      await delay(130);
      await publisher.send(frames.subarray(from, from + size));
    }
    await eventually("all recorded", () => listener.counters.figures.MessagesRecorded === 9);
    expect(performance.now() - started).toBeGreaterThan(1_000);
    expectCounters(listener.counters, {
      MessagesReceived: 9,
      MessagesRecorded: 9,
      connections: { open: 1, timeouts: 0 },
    });
  });

  it("close connections over their number at once, and take more when others have gone", async () => {
    const { listener } = listen({ driver: openGated(), limits: { maxConnections: 2 } });
    const url = await listener.start();
    const [first, second, third] = [await publish(url), await publish(url), await publish(url)];
    await eventually("the third closed", () => third.closed);
    expect([first.closed, second.closed]).toStrictEqual([false, false]);
    expectCounters(listener.counters, { ConnectionsRefused: 1, connections: { open: 2, accepted: 2 } });
    first.end();
    await eventually("the first gone", () => listener.counters.connections?.open === 1);
    const fourth = await publish(url);
    await fourth.send(aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 1);
    expectCounters(listener.counters, {
      MessagesReceived: 1,
      MessagesRecorded: 1,
      ConnectionsRefused: 1,
      connections: { open: 2, accepted: 3 },
    });
  });
});
