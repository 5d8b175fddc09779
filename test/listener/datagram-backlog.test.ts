import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import { createDatagramBacklog, OVERHEAD_BYTES } from "../../lib/listener/datagram-backlog.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { eventually } from "../support/eventually.ts";
import { aDatagram } from "./genuine.ts";
import { sendDatagrams, udpRig } from "./udp-rig.ts";

const GOOD = { address: "127.0.0.1", port: 9 };
const BAD = { address: "127.0.0.1", port: 10 };

function datagram(number: number, { bytes = 10, peer = BAD } = {}) {
  return { bytes: new Uint8Array(bytes), peer, receivedAt: number };
}

/** A backlog whose take holds everything for genuine that comes from the good peer, and what became of each datagram. */
function backlogOf(maxBytes?: number) {
  const taken: number[] = [];
  const shed: number[] = [];
  const backlog = createDatagramBacklog({
    take({ receivedAt, peer }) {
      taken.push(receivedAt);
      return peer === GOOD;
    },
    shed: ({ receivedAt }) => shed.push(receivedAt),
    ...(maxBytes !== undefined && { maxBytes }),
  });
  return { backlog, taken, shed };
}

const ROOM_FOR_TEN = 10 * (10 + OVERHEAD_BYTES);

/** One whose good peer has sent something genuine. */
async function acquainted(maxBytes?: number) {
  const all = backlogOf(maxBytes);
  all.backlog.push(datagram(-1, { peer: GOOD }));
  await eventually("the first to be taken", () => all.taken.length === 1);
  all.taken.length = 0;
  return all;
}

describe("the datagram backlog", () => {
  it("hands on nothing before the reader's turn is over, and then everything in order", async () => {
    const { backlog, taken } = backlogOf();
    for (let number = 0; number < 100; number++) backlog.push(datagram(number));
    expect([backlog.length, taken.length]).toEqual([100, 0]);
    await eventually("all taken", () => taken.length === 100);
    expect(taken).toEqual(Array.from({ length: 100 }, (_, number) => number));
    expect(backlog.length).toBe(0);
  });

  it("takes what known senders sent before the rest, but for one of the rest a turn", async () => {
    const { backlog, taken } = await acquainted();
    for (const number of [0, 1, 2]) backlog.push(datagram(number));
    for (const number of [3, 4, 5]) backlog.push(datagram(number, { peer: GOOD }));
    await eventually("all taken", () => taken.length === 6);
    expect(taken).toEqual([0, 3, 4, 5, 1, 2]);
  });

  it("verifies of strangers' datagrams no more than one a turn while more are waiting to be read", async () => {
    const { backlog, taken } = backlogOf(2 * 40 * (10 + OVERHEAD_BYTES));
    for (let number = 0; number < 80; number++) backlog.push(datagram(number));
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toEqual([0]);
    backlog.abandon();
  });

  it("verifies nothing while more are waiting to be read and half of the room is free", async () => {
    const { backlog, taken } = await acquainted(4 * 40 * (10 + OVERHEAD_BYTES));
    for (let number = 0; number < 40; number++) backlog.push(datagram(number, { peer: GOOD }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toEqual([]);
    backlog.abandon();
  });

  it("sheds the oldest of strangers to make room, for a known sender and for a stranger", async () => {
    const { backlog, shed } = await acquainted(ROOM_FOR_TEN);
    for (let number = 0; number < 10; number++) backlog.push(datagram(number));
    backlog.push(datagram(10, { peer: GOOD }));
    backlog.push(datagram(11));
    expect([shed, backlog.length]).toEqual([[0, 1], 10]);
    backlog.abandon();
  });

  it("sheds nothing of known senders for a stranger, and the oldest of it for one of their own", async () => {
    const { backlog, shed } = await acquainted(ROOM_FOR_TEN);
    for (let number = 0; number < 10; number++) backlog.push(datagram(number, { peer: GOOD }));
    backlog.push(datagram(10));
    backlog.push(datagram(11, { peer: GOOD }));
    expect([shed, backlog.length]).toEqual([[10, 0], 10]);
    backlog.abandon();
  });

  it("holds no more than its bytes, and takes or sheds once whatever is pushed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { arbitrary: fc.record({ bytes: fc.nat(2_000), peer: fc.constantFrom(GOOD, BAD) }), weight: 8 },
            fc.constantFrom("turn" as const, "abandon" as const),
          ),
          { maxLength: 60 },
        ),
        fc.nat(20_000),
        async (steps, maxBytes) => {
          const { backlog, taken, shed } = backlogOf(maxBytes);
          for (const [number, step] of steps.entries()) {
            if (step === "abandon") backlog.abandon();
            else if (step === "turn") await new Promise((resolve) => setImmediate(resolve));
            else backlog.push(datagram(number, step));
            expect(backlog.length * OVERHEAD_BYTES).toBeLessThanOrEqual(maxBytes);
          }
          backlog.abandon();
          const pushed = steps.flatMap((step, number) => (typeof step === "string" ? [] : [number]));
          expect([backlog.length, [...taken, ...shed].sort((one, other) => one - other)]).toEqual([0, pushed]);
        },
      ),
    );
  });
});

describe("a UDP listener whose backlog is full", () => {
  const { listen } = udpRig();

  it("counts every datagram as shed, a sample each, and keeps its balance", async () => {
    const driver = openMemory();
    const { listener, queue } = listen({ driver, maxBacklogBytes: 0 });
    const url = await listener.start();
    const sent = 300;
    await sendDatagrams(url, Array.from({ length: sent }, aDatagram));
    await eventually(
      "all to have arrived",
      () => listener.counters.received + (listener.snapshot().kernelDrops ?? 0) >= sent,
    );
    await listener.stop();
    await queue.drain(1_000);
    const counters = listener.snapshot();
    const { udp } = listenerLedgers({ "udp://": counters });
    expect(udp && imbalance(udp)).toEqual(balanced);
    expect(counters.received).toBeGreaterThan(0);
    expect([counters.shed, counters.samples.shed]).toEqual([counters.received, counters.received]);
  });
});
