import { describe, expect, it } from "vitest";
import { encodeFrame, frameHeader } from "../../../lib/wire/frame.ts";
import { openGated } from "../../dispatch/gated-driver.ts";
import { expectCounters } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { aFrame } from "../genuine.ts";
import { tcpRig } from "./tcp-rig.ts";

const { listen, publish } = tcpRig();

/** The beginning of a frame. */
function half(bytes: number, of: number): Buffer {
  return Buffer.concat([frameHeader(of), Buffer.alloc(bytes, 0xc1)]);
}

describe("the frames that a TCP listener holds", () => {
  it("are cut off when all together are too much, the oldest large one of who holds most, and no other", async () => {
    const cuts: unknown[] = [];
    const { listener } = listen({
      driver: openGated(),
      limits: { maxBufferedBytes: 700_000 },
      onCut: (cause, from) => cuts.push([cause, from]),
    });
    const url = await listener.start();
    const buffered = () => listener.counters.connections?.bufferedBytes ?? 0;
    const [small, other] = [await publish(url, "127.0.0.3"), await publish(url, "127.0.0.3")];
    await small.send(half(60_000, 70_000));
    await other.send(half(150_000, 150_001));
    await eventually("both held", () => buffered() >= 210_000);
    const [first, second, third] = [
      await publish(url, "127.0.0.2"),
      await publish(url, "127.0.0.2"),
      await publish(url, "127.0.0.2"),
    ];
    await first.send(half(140_000, 140_001));
    await eventually("held", () => buffered() >= 350_000);
    await second.send(half(210_000, 210_001));
    await eventually("held", () => buffered() >= 560_000);
    third.post(half(240_000, 240_001));
    await eventually("the first closed", () => first.closed);
    await eventually("the third held", () => buffered() >= 660_000);
    expect([small, other, second, third].map(({ closed }) => closed)).toEqual([false, false, false, false]);
    await small.send(Buffer.alloc(10_000, 0xc1), aFrame());
    await third.send(Buffer.of(0xc1), aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 2);
    expectCounters(listener.counters, {
      MessagesReceived: 4,
      MessagesRecorded: 2,
      FramesCut: 1,
      rejected: { undecodable: 2 },
      connections: { open: 4, accepted: 5, overBuffered: 1, framingErrors: 0 },
    });
    expect(cuts).toEqual([["overBuffered", `127.0.0.2:${first.port}`]]);
  });

  it("are never cut off for want of memory while they are small", async () => {
    const { listener } = listen({ driver: openGated(), limits: { maxBufferedBytes: 1 } });
    const url = await listener.start();
    const publishers = [await publish(url), await publish(url), await publish(url)];
    for (const publisher of publishers) await publisher.send(half(65_536, 65_537));
    await eventually("held", () => listener.counters.connections?.bufferedBytes === 3 * 65_536);
    for (const publisher of publishers) await publisher.send(Buffer.of(0xc1), aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 3);
    expectCounters(listener.counters, {
      MessagesReceived: 6,
      MessagesRecorded: 3,
      FramesCut: 0,
      rejected: { undecodable: 3 },
      connections: { open: 3, overBuffered: 0, bufferedBytes: 0 },
    });
  });

  it("lose no genuine frame, large or small, beside half frames that come again and again", async () => {
    const { listener } = listen({ driver: openGated(), limits: { maxBufferedBytes: 4 * 1_048_576 } });
    const url = await listener.start();
    const attack = async (): Promise<void> => {
      for (let wave = 0; wave < 4; wave++) {
        for (let count = 0; count < 12; count++) (await publish(url, "127.0.0.2")).post(half(530_000, 1_000_000));
      }
    };
    const [good, large] = [await publish(url), await publish(url)];
    const attacked = attack();
    for (let count = 0; count < 100; count++) {
      await good.send(aFrame());
      // In pieces, between which others get their turn.
      const frame = encodeFrame(Buffer.alloc(300_000, 0xc1));
      for (let from = 0; from < frame.length; from += 50_000) await large.send(frame.subarray(from, from + 50_000));
    }
    await attacked;
    await eventually("all of the good ones", () => listener.counters.figures.MessagesReceived === 200);
    await eventually("stored", () => listener.counters.figures.MessagesInFlight === 0);
    const overBuffered = listener.counters.connections?.overBuffered ?? 0;
    expectCounters(listener.counters, {
      MessagesReceived: 200,
      MessagesRecorded: 100,
      FramesCut: listener.counters.figures.FramesCut,
      rejected: { undecodable: 100 },
    });
    expect(listener.counters.figures.FramesCut).toBeGreaterThanOrEqual(overBuffered);
    expect([good.closed, large.closed]).toEqual([false, false]);
    expect(overBuffered).toBeGreaterThan(20);
  });

  it("go on to be shed, and counted, when too many whole ones wait for a full queue", async () => {
    const driver = openGated();
    driver.shut();
    const { listener } = listen({ driver, limits: { maxBufferedBytes: 1_000_000 } }, { capacity: 1 });
    const url = await listener.start();
    const first = await publish(url);
    await first.send(aFrame());
    await eventually("the queue full", () => listener.counters.figures.MessagesInFlight === 1);
    const large = encodeFrame(Buffer.alloc(400_000, 0xc1));
    // One after another, so that none is cut off on its way.
    const arrived = () => listener.counters.bytes + (listener.counters.connections?.bufferedBytes ?? 0);
    for (let count = 1; count <= 10; count++) {
      (await publish(url)).post(Buffer.concat([large, aFrame()]));
      await eventually("it has come", () => arrived() >= count * 400_000);
    }
    await eventually("most are taken", () => listener.counters.figures.MessagesReceived >= 8);
    expect(listener.counters.connections?.bufferedBytes).toBeLessThan(2_000_000);
    driver.open();
    await eventually("all are taken", () => listener.counters.figures.MessagesReceived === 21);
    await eventually("none is left", () => listener.counters.figures.MessagesInFlight === 0);
    const { figures, rejected, connections } = listener.counters;
    expect([figures.MessagesRecorded + figures.MessagesShed, rejected.undecodable]).toEqual([11, 10]);
    expect([connections?.open, figures.FramesCut]).toEqual([11, 0]);
  });
});
