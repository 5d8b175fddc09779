import { describe, expect, it } from "vitest";
import { encodeFrame, frameHeader } from "../../../lib/wire/frame.ts";
import { openGated, samplesIn } from "../../dispatch/gated-driver.ts";
import { expectCounters } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { aFrame } from "../genuine.ts";
import { tcpRig } from "./tcp-rig.ts";

const { listen, publish } = tcpRig();

function frames(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, aFrame));
}

describe("a TCP listener with a full queue", () => {
  it("pauses its connections, sheds nothing, and goes on when there is room", async () => {
    const driver = openGated();
    driver.shut();
    const { listener } = listen({ driver }, { capacity: 10, batchSize: 4 });
    const url = await listener.start();
    const publishers = [await publish(url), await publish(url), await publish(url)];
    for (const publisher of publishers) publisher.post(frames(100));
    await eventually("the queue full", () => listener.counters.figures.MessagesInFlight === 10 && driver.pending === 3);
    expectCounters(listener.counters, { MessagesReceived: 10, MessagesInFlight: 10, connections: { open: 3 } });
    expect(listener.counters.connections?.bufferedBytes).toBeGreaterThan(0);
    driver.open();
    await eventually("all recorded", () => listener.counters.figures.MessagesRecorded === 300);
    expectCounters(listener.counters, {
      MessagesReceived: 300,
      MessagesRecorded: 300,
      connections: { open: 3, framingErrors: 0, bufferedBytes: 0 },
    });
    expect(await samplesIn(driver)).toHaveLength(300);
  });

  it("does not hold its own delay against a frame", async () => {
    const driver = openGated();
    driver.shut();
    const { listener } = listen({ driver, limits: { frameTimeoutMs: 300 } }, { capacity: 1 });
    const url = await listener.start();
    const [publisher, other] = [await publish(url), await publish(url)];
    const last = aFrame();
    publisher.post(Buffer.concat([frames(2), last.subarray(0, 200)]));
    await eventually("paused", () => (listener.counters.connections?.bufferedBytes ?? 0) > 0);
    other.post(Buffer.of(1));
    await eventually("a time-out's length has passed", () => other.closed);
    driver.open();
    publisher.post(last.subarray(200));
    await eventually("all recorded", () => listener.counters.figures.MessagesRecorded === 3);
    expectCounters(listener.counters, {
      MessagesReceived: 3,
      MessagesRecorded: 3,
      FramesCut: 1,
      connections: { open: 1, timeouts: 1 },
    });
  });

  it("takes every whole frame of a publisher that ended meanwhile", async () => {
    const driver = openGated();
    driver.shut();
    const { listener } = listen({ driver }, { capacity: 2 });
    const publisher = await publish(await listener.start());
    publisher.post(Buffer.concat([frames(30), aFrame().subarray(0, 50)]));
    publisher.end();
    await eventually("the queue full", () => listener.counters.figures.MessagesInFlight === 2);
    driver.open();
    await eventually("all recorded", () => listener.counters.figures.MessagesRecorded === 30);
    await eventually("closed", () => listener.counters.connections?.open === 0);
    expectCounters(listener.counters, {
      MessagesReceived: 30,
      MessagesRecorded: 30,
      FramesCut: 1,
      connections: { framingErrors: 1, bufferedBytes: 0 },
    });
  });

  it("still closes a connection for a bad length that comes after it went on", async () => {
    const driver = openGated();
    driver.shut();
    const { listener } = listen({ driver }, { capacity: 1 });
    const publisher = await publish(await listener.start());
    publisher.post(Buffer.concat([frames(2), frameHeader(0), frames(1)]));
    await eventually("paused", () => (listener.counters.connections?.bufferedBytes ?? 0) > 0);
    driver.open();
    await eventually("closed", () => publisher.closed);
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 2);
    expectCounters(listener.counters, {
      MessagesReceived: 3,
      MessagesRecorded: 2,
      rejected: { undecodable: 1 },
      FramesCut: 1,
      connections: { framingErrors: 1, bufferedBytes: 0 },
    });
  });
});

describe("stopping a TCP listener", () => {
  it("takes in what had arrived, closes the connections, and leaves storing to the queue", async () => {
    const driver = openGated();
    driver.shut();
    const { listener, queue } = listen({ driver });
    const url = await listener.start();
    const [busy, idle, half] = [await publish(url), await publish(url), await publish(url)];
    await eventually("accepted", () => listener.counters.connections?.open === 3);
    await busy.send(frames(200));
    await half.send(aFrame().subarray(0, 20));
    await listener.stop();
    await eventually("closed", () => busy.closed && idle.closed && half.closed);
    expectCounters(listener.counters, {
      MessagesReceived: 200,
      MessagesInFlight: 200,
      FramesCut: 1,
      connections: { open: 0, accepted: 3, framingErrors: 1, bufferedBytes: 0 },
    });
    driver.open();
    expect(await queue.drain(5_000)).toBe(true);
    expectCounters(listener.counters, { MessagesReceived: 200, MessagesRecorded: 200, FramesCut: 1 });
    await expect(publish(url)).rejects.toThrow("ECONNREFUSED");
  });

  it("waits for room as long as it may", async () => {
    const driver = openGated();
    driver.shut();
    const { listener } = listen({ driver }, { capacity: 3 });
    const publisher = await publish(await listener.start());
    publisher.post(frames(20));
    await eventually("the queue full", () => listener.counters.figures.MessagesInFlight === 3);
    const stopped = listener.stop();
    driver.open();
    await stopped;
    await eventually("recorded", () => listener.counters.figures.MessagesInFlight === 0);
    expectCounters(listener.counters, {
      MessagesReceived: 20,
      MessagesRecorded: 20,
      connections: { open: 0, bufferedBytes: 0 },
    });
  });

  it("sheds and counts what it holds when there is no room in time", async () => {
    const driver = openGated();
    driver.shut();
    const { listener, queue } = listen({ driver, limits: { stopWithinMs: 30 } }, { capacity: 3 });
    const url = await listener.start();
    const [first, second] = [await publish(url), await publish(url)];
    await first.send(Buffer.concat([frames(5), encodeFrame(Buffer.of(0x07))]));
    await eventually("the queue full", () => listener.counters.figures.MessagesInFlight === 3);
    await second.send(frames(2));
    const held = (): number => listener.counters.connections?.bufferedBytes ?? 0;
    await eventually("four frames held", () => held() > 3.5 * aFrame().length);
    await listener.stop();
    expectCounters(listener.counters, {
      MessagesReceived: 8,
      MessagesInFlight: 3,
      MessagesShed: 4,
      rejected: { "not-a-sample": 1 },
      connections: { open: 0, framingErrors: 0, bufferedBytes: 0 },
    });
    driver.open();
    await queue.drain(5_000);
    expectCounters(listener.counters, {
      MessagesReceived: 8,
      MessagesRecorded: 3,
      MessagesShed: 4,
      rejected: { "not-a-sample": 1 },
    });
  });

  it("may be asked twice, before the start, and while it starts", async () => {
    const twice = listen({ driver: openGated() }).listener;
    await twice.start();
    await Promise.all([twice.stop(), twice.stop()]);

    const never = listen({ driver: openGated() }).listener;
    await never.stop();
    expect(() => never.start()).toThrow("a listener is started once");

    const starting = listen({ driver: openGated() }).listener;
    const url = starting.start();
    await starting.stop();
    await expect(publish(await url)).rejects.toThrow("ECONNREFUSED");
  });
});
