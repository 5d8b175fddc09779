import { Socket } from "node:dgram";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ListenerOptions } from "../../../lib/listener/socket/listener.ts";
import { type Mood, moodScript, openErratic } from "../../dispatch/erratic-driver.ts";
import { openGated, samplesIn } from "../../dispatch/gated-driver.ts";
import { expectCounters, unaccounted } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { aDatagram, judge } from "../genuine.ts";
import { sendDatagrams, udpRig } from "./udp-rig.ts";

const { listen } = udpRig();

describe("a UDP listener", () => {
  it.each([
    ["127.0.0.1", /^udp:\/\/127\.0\.0\.1:[0-9]+$/],
    ["::1", /^udp:\/\/\[::1\]:[0-9]+$/],
    ["localhost", /^udp:\/\/127\.0\.0\.1:[0-9]+$/],
  ])("records what arrives at %s", async (host, address) => {
    const driver = openGated();
    const { listener } = listen({ driver, host });
    const url = await listener.start();
    expect(url).toMatch(address);
    const datagrams = [aDatagram(), aDatagram(), aDatagram()];
    await sendDatagrams(url, datagrams);
    await eventually("three recorded", () => listener.counters.figures.MessagesRecorded === 3);
    expectCounters(listener.counters, { MessagesReceived: 3, MessagesRecorded: 3 });
    expect(listener.counters.bytes).toBe(Buffer.concat(datagrams).length);
    expect(listener.counters.connections).toBeUndefined();
    expect(await samplesIn(driver)).toHaveLength(3);
  });

  it("keeps IPv4 apart from IPv6 where it is asked to, so that both can be bound to one port", async () => {
    const driver = openGated();
    const six = listen({ driver, host: "::", ipv6Only: true }).listener;
    const url = await six.start();
    const port = Number(new URL(url.replace("udp:", "http:")).port);
    expect(url).toBe(`udp://[::]:${port}?ipv6only=1`);
    const four = listen({ driver, host: "0.0.0.0", port }).listener;
    expect(await four.start()).toBe(`udp://0.0.0.0:${port}`);
    await sendDatagrams(`udp://127.0.0.1:${port}`, [aDatagram()]);
    await eventually("recorded by the one asked", () => four.counters.figures.MessagesRecorded === 1);
    expectCounters(six.counters, {});
  });

  it("asks for a receive buffer, and says what the system granted", async () => {
    const { listener } = listen({ driver: openGated(), receiveBufferBytes: 65_536 });
    expect(listener.grantedReceiveBufferBytes).toBeUndefined();
    await listener.start();
    // Linux doubles what is asked for.
    expect([65_536, 131_072]).toContain(listener.grantedReceiveBufferBytes);
    expectCounters(listener.counters, {});
  });

  it("listens with the system's own buffer when it will not give the one asked for", async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const { listener } = listen({ driver: openGated(), receiveBufferBytes: -1, onError });
    await listener.start();
    expect(listener.grantedReceiveBufferBytes).toBeGreaterThan(0);
    expect(errors).toHaveLength(1);
    expectCounters(listener.counters, { errors: 1 });
  });

  it("rejects what is not genuine, the empty datagram too, says who sent it, and goes on", async () => {
    const told: unknown[] = [];
    const onRejected: ListenerOptions["onRejected"] = ({ arrived, rejected }, from) =>
      told.push([
        rejected.map(({ reason }) => reason),
        arrived.form === "bytes" && Buffer.from(arrived.bytes).toString("hex"),
        from,
      ]);
    const { listener } = listen({ driver: openGated(), onRejected });
    const url = await listener.start();
    const forged = aDatagram();
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    const sender = await sendDatagrams(url, [
      Buffer.alloc(0),
      Buffer.of(0x07),
      Buffer.of(0x80),
      Buffer.of(0xc1),
      aDatagram(),
    ]);
    await eventually("the good one recorded", () => listener.counters.figures.MessagesRecorded === 1);
    expectCounters(listener.counters, {
      MessagesReceived: 5,
      MessagesRecorded: 1,
      rejected: { undecodable: 2, "not-a-sample": 1, unsigned: 1 },
    });
    const from = `127.0.0.1:${sender}`;
    expect(told).toStrictEqual([
      [["undecodable"], "", from],
      [["not-a-sample"], "07", from],
      [["unsigned"], "80", from],
      [["undecodable"], "c1", from],
    ]);
  });

  it("spells an IPv6 sender in brackets", async () => {
    const told: string[] = [];
    const { listener } = listen({ driver: openGated(), host: "::1", onRejected: (_, from) => told.push(from) });
    const sender = await sendDatagrams(await listener.start(), [Buffer.of(0x07)]);
    await eventually("rejected", () => told.length === 1);
    expect(told).toStrictEqual([`[::1]:${sender}`]);
  });

  it("sheds and counts the newest when the queue is full, and the rest is recorded", async () => {
    const driver = openGated();
    driver.shut();
    const { listener } = listen({ driver }, { capacity: 3 });
    const url = await listener.start();
    const datagrams = Array.from({ length: 5 }, aDatagram);
    await sendDatagrams(url, [...datagrams, Buffer.of(0x07)]);
    await eventually("all received", () => listener.counters.figures.MessagesReceived === 6);
    expectCounters(listener.counters, {
      MessagesReceived: 6,
      MessagesInFlight: 3,
      MessagesShed: 2,
      rejected: { "not-a-sample": 1 },
    });
    driver.open();
    await eventually("the first three recorded", () => listener.counters.figures.MessagesRecorded === 3);
    expectCounters(listener.counters, {
      MessagesReceived: 6,
      MessagesRecorded: 3,
      MessagesShed: 2,
      rejected: { "not-a-sample": 1 },
    });
    const stored = (await samplesIn(driver)).map(({ message_id }) => message_id);
    expect(stored.every((id) => datagrams.slice(0, 3).some((datagram) => datagram.includes(id)))).toBe(true);
  });

  it("survives a fault in the judge, and counts that message failed", async () => {
    const fault = new TypeError("a programmer's error");
    const errors: unknown[] = [];
    const { listener } = listen({
      driver: openGated(),
      onError: (error) => errors.push(error),
      judge: (bytes, receipt) => {
        if (bytes.length === 1) throw fault;
        return judge(bytes, receipt);
      },
    });
    await sendDatagrams(await listener.start(), [Buffer.of(0x07), aDatagram()]);
    await eventually("the good one recorded", () => listener.counters.figures.MessagesRecorded === 1);
    expectCounters(listener.counters, { MessagesReceived: 2, MessagesRecorded: 1, MessagesFailed: 1, errors: 1 });
    expect(errors).toStrictEqual([fault]);
  });

  it("survives an error of its socket, counts and reports it, and goes on", async () => {
    const errors: unknown[] = [];
    const opened: Socket[] = [];
    const remember = (message: unknown): void => {
      if (typeof message !== "object" || message === null || !("socket" in message)) return;
      if (message.socket instanceof Socket) opened.push(message.socket);
    };
    subscribe("udp.socket", remember);
    const { listener } = listen({ driver: openGated(), onError: (error) => errors.push(error) });
    const url = await listener.start();
    unsubscribe("udp.socket", remember);
    const fault = new Error("recvmsg ENOMEM");
    opened[0]?.emit("error", fault);
    await sendDatagrams(url, [aDatagram()]);
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 1);
    expectCounters(listener.counters, { MessagesReceived: 1, MessagesRecorded: 1, errors: 1 });
    expect(errors).toStrictEqual([fault]);
  });

  it("gives a snapshot that no longer changes", async () => {
    const { listener } = listen({ driver: openGated() });
    const url = await listener.start();
    const before = listener.snapshot();
    await sendDatagrams(url, [Buffer.of(0x07)]);
    await eventually("rejected", () => listener.counters.rejected["not-a-sample"] === 1);
    expectCounters(before, {});
    expect(Object.isFrozen(before) && Object.isFrozen(before.rejected)).toBe(true);
  });

  it("loses count of nothing with a storage that fails at random", async () => {
    const conserves = async (script: readonly Mood[]) => {
      const gaps: number[] = [];
      const driver = openErratic(script);
      const record: typeof driver.record = (records) => {
        gaps.push(unaccounted(listener.counters));
        return driver.record(records);
      };
      const watched = { ...driver, record };
      const { listener, queue } = listen({ driver: watched }, { batchSize: 3, retryForMs: 20, capacity: 12 });
      const url = await listener.start();
      await sendDatagrams(
        url,
        Array.from({ length: 25 }, (_, index) => (index % 5 === 0 ? Buffer.of(7) : aDatagram())),
      );
      await eventually("all received", () => listener.counters.figures.MessagesReceived === 25);
      gaps.push(unaccounted(listener.counters));
      await queue.drain(1_000);
      gaps.push(unaccounted(listener.counters));
      expect(new Set(gaps)).toStrictEqual(new Set([0]));
      expect(listener.counters.figures.MessagesInFlight).toBe(0);
      await listener.stop();
    };
    await fc.assert(fc.asyncProperty(moodScript, conserves), { numRuns: 15 });
  });
});
