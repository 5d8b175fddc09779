import { spawnSync } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ListenerOptions } from "../../../lib/listener/socket/listener.ts";
import type { Receipt } from "../../../lib/sample/receipt.ts";
import { encodeFrame, frameHeader } from "../../../lib/wire/frame.ts";
import { type Mood, moodScript, openErratic } from "../../dispatch/erratic-driver.ts";
import { openGated, samplesIn } from "../../dispatch/gated-driver.ts";
import { expectCounters, unaccounted } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { aDatagram, aFrame, capturedStream, judge } from "../genuine.ts";
import { tcpRig } from "./tcp-rig.ts";

const { listen, publish } = tcpRig();

const SEND_AND_RESET = `
  const [port, frame] = process.argv.slice(1);
  const socket = require("node:net").connect(Number(port), "127.0.0.1", () => {
    socket.write(Buffer.from(frame, "base64"), () => socket.resetAndDestroy());
  });
`;

describe("a TCP listener", () => {
  it("records the 40 frames of a captured stream that comes all at once", async () => {
    const driver = openGated();
    const { listener } = listen({ driver });
    const publisher = await publish(await listener.start());
    await publisher.send(capturedStream);
    await eventually("all recorded", () => listener.counters.figures.MessagesRecorded === 40);
    expectCounters(listener.counters, {
      MessagesReceived: 40,
      MessagesRecorded: 40,
      ConnectionsRefused: 0,
      connections: { open: 1, accepted: 1, framingErrors: 0, bufferedBytes: 0 },
    });
    expect(listener.counters.bytes).toBe(capturedStream.length - 40 * 8);
    expect(await samplesIn(driver)).toHaveLength(40);
  });

  it("takes the frame of a publisher that was gone before it was looked at, whose address nobody can tell", async () => {
    const receipts: Receipt[] = [];
    const noting: ListenerOptions["judge"] = (bytes, receipt) => {
      receipts.push(receipt);
      return judge(bytes, receipt);
    };
    const { listener } = listen({ driver: openGated(), judge: noting });
    const { port } = new URL((await listener.start()).replace("tcp:", "http:"));
    // Our own loop stands still until that process has come to its end.
    const sent = spawnSync(process.execPath, ["-e", SEND_AND_RESET, port, aFrame().toString("base64")]);
    expect(sent.status).toBe(0);
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 1);
    expect(receipts).toEqual([{ listener: "tcp", address: undefined, receivedAt: expect.any(Number) }]);
  });

  it("records the 40 frames of a captured stream that comes one byte at a time", async () => {
    const driver = openGated();
    const { listener } = listen({ driver });
    const publisher = await publish(await listener.start());
    for (const byte of capturedStream) {
      await publisher.send(Buffer.of(byte));
      await nextTurn();
    }
    publisher.end();
    await eventually("all recorded", () => listener.counters.figures.MessagesRecorded === 40);
    await eventually("closed by the publisher", () => listener.counters.connections?.open === 0);
    expectCounters(listener.counters, {
      MessagesReceived: 40,
      MessagesRecorded: 40,
      connections: { framingErrors: 0 },
    });
    expect(await samplesIn(driver)).toHaveLength(40);
  });

  it("listens on IPv6", async () => {
    const told: string[] = [];
    const { listener } = listen({ driver: openGated(), host: "::1", onRejected: (_, from) => told.push(from) });
    const url = await listener.start();
    expect(url).toMatch(/^tcp:\/\/\[::1\]:[0-9]+$/);
    const publisher = await publish(url);
    await publisher.send(aFrame(), encodeFrame(Buffer.of(0x07)));
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 1 && told.length === 1);
    expect(told).toStrictEqual([`[::1]:${publisher.port}`]);
  });

  it("rejects a frame that is not genuine, and goes on with the same connection", async () => {
    const { listener } = listen({ driver: openGated() });
    const publisher = await publish(await listener.start());
    await publisher.send(encodeFrame(Buffer.of(0x07)), encodeFrame(Buffer.of(0xc1)), aFrame());
    await eventually("the good one recorded", () => listener.counters.figures.MessagesRecorded === 1);
    expectCounters(listener.counters, {
      MessagesReceived: 3,
      MessagesRecorded: 1,
      rejected: { "not-a-sample": 1, undecodable: 1 },
      connections: { open: 1, framingErrors: 0 },
    });
  });

  it.each([
    ["too-large", frameHeader(2_001), "a frame of 2001 bytes; the limit is 2000"],
    ["undecodable", frameHeader(0), "a frame of 0 bytes"],
  ] as const)("closes the connection with a bad length (%s), and no other", async (reason, header, detail) => {
    const told: unknown[] = [];
    const onRejected: ListenerOptions["onRejected"] = ({ arrived, rejected }, from) =>
      told.push([rejected, arrived.form === "bytes" && arrived.bytes.length, from]);
    const { listener } = listen({ driver: openGated(), onRejected, limits: { maxFrameBytes: 2_000 } });
    const url = await listener.start();
    const [bad, good] = [await publish(url), await publish(url)];
    const halves = aFrame();
    await good.send(halves.subarray(0, 100));
    await bad.send(aFrame(), Buffer.concat([header, aFrame()]));
    await eventually("closed", () => bad.closed);
    await good.send(halves.subarray(100), aFrame());
    await eventually("the others recorded", () => listener.counters.figures.MessagesRecorded === 3);
    expect(good.closed).toBe(false);
    expectCounters(listener.counters, {
      MessagesReceived: 4,
      MessagesRecorded: 3,
      rejected: { [reason]: 1 },
      FramesCut: 1,
      connections: { open: 1, accepted: 2, framingErrors: 1, bufferedBytes: 0 },
    });
    expect(told).toStrictEqual([[[{ reason, detail }], 0, `127.0.0.1:${bad.port}`]]);
  });

  it("counts a frame that its publisher breaks off, and keeps those before it", async () => {
    const { listener } = listen({ driver: openGated() });
    const url = await listener.start();
    const [ends, resets, whole] = [await publish(url), await publish(url), await publish(url)];
    await ends.send(Buffer.concat([aFrame(), aFrame().subarray(0, 300)]));
    await resets.send(aFrame().subarray(0, 5));
    await whole.send(aFrame());
    await eventually("all arrived", () => listener.counters.figures.MessagesReceived === 2);
    ends.end();
    whole.end();
    resets.reset();
    await eventually("all closed", () => listener.counters.connections?.open === 0);
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 2);
    expectCounters(listener.counters, {
      MessagesReceived: 2,
      MessagesRecorded: 2,
      FramesCut: 2,
      connections: { accepted: 3, framingErrors: 2, bufferedBytes: 0 },
    });
  });

  it("loses count of nothing with a storage that fails at random and senders that break off", async () => {
    const conserves = async (script: readonly Mood[], cut: number) => {
      const gaps: number[] = [];
      const driver = openErratic(script);
      const record: typeof driver.record = (records) => {
        gaps.push(unaccounted(listener.counters));
        return driver.record(records);
      };
      const watched = { ...driver, record };
      const { listener, queue } = listen({ driver: watched }, { batchSize: 3, retryForMs: 20, capacity: 4 });
      const url = await listener.start();
      const publishers = [await publish(url), await publish(url)];
      for (const publisher of publishers) {
        const frames = Array.from({ length: 10 }, (_, index) =>
          index % 4 === 0 ? encodeFrame(Buffer.of(7)) : aFrame(),
        );
        publisher.post(Buffer.concat([...frames, encodeFrame(aDatagram()).subarray(0, cut)]));
        publisher.end();
      }
      await eventually("all taken", () => listener.counters.figures.MessagesReceived === 20);
      gaps.push(unaccounted(listener.counters));
      await queue.drain(1_000);
      await listener.stop();
      gaps.push(unaccounted(listener.counters));
      expect(new Set(gaps)).toStrictEqual(new Set([0]));
      expect(listener.counters).toMatchObject({
        figures: { MessagesInFlight: 0, MessagesShed: 0 },
        rejected: { "not-a-sample": 6 },
      });
      expect(listener.counters.connections?.framingErrors).toBe(cut === 0 ? 0 : 2);
    };
    await fc.assert(fc.asyncProperty(moodScript, fc.nat(600), conserves), { numRuns: 15 });
  });

  it("says what to do when the port is taken", async () => {
    const first = listen({ driver: openGated() }).listener;
    const port = Number(new URL((await first.start()).replace("tcp:", "http:")).port);
    const second = listen({ driver: openGated(), port }).listener;
    await expect(second.start()).rejects.toThrow(
      `cannot listen on tcp://127.0.0.1:${port}: another process has the port; stop that one, or choose another port (0 lets the system choose) (EADDRINUSE)`,
    );
    await second.stop();
  });

  it("gives a snapshot that no longer changes", async () => {
    const { listener } = listen({ driver: openGated() });
    const url = await listener.start();
    const before = listener.snapshot();
    await publish(url);
    await eventually("accepted", () => listener.counters.connections?.accepted === 1);
    expectCounters(before, { connections: { open: 0, accepted: 0 } });
    expect(Object.isFrozen(before) && Object.isFrozen(before.connections)).toBe(true);
  });
});
