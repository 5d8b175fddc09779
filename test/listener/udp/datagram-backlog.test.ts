import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Peer } from "../../../lib/dispatch/intake.ts";
import { listenerLedgers } from "../../../lib/ledger/socket-ledger.ts";
import { createDatagramBacklog } from "../../../lib/listener/udp/datagram-backlog.ts";
import { OVERHEAD_BYTES, type ReadDatagram } from "../../../lib/listener/udp/read-datagram.ts";
import { LARGE_BYTES } from "../../../lib/listener/udp/stranger-queue.ts";
import { openMemory } from "../../../lib/storage/memory/memory.ts";
import { balanced, imbalance } from "../../support/balance.ts";
import { eventually } from "../../support/eventually.ts";
import { aDatagram } from "../genuine.ts";
import { sendDatagrams, udpRig } from "./udp-rig.ts";

const GOOD = { address: "127.0.0.1", port: 9 };
const OTHER = { address: "127.0.0.1", port: 11 };
const BAD = { address: "127.0.0.1", port: 10 };

interface Sent {
  readonly bytes?: number;
  readonly peer?: Peer;
}

function datagram(number: number, { bytes = 10, peer = BAD }: Sent = {}) {
  return { bytes: new Uint8Array(bytes), peer, receivedAt: number };
}

interface Rules {
  readonly maxBytes?: number | undefined;
  /** Milliseconds that verifying it takes. */
  readonly cost?: (datagram: ReadDatagram) => number;
  readonly isGenuine?: (datagram: ReadDatagram) => boolean;
}

/** A backlog on a clock of its own, which only verifying moves, and what became of each datagram. */
function backlogOf({ maxBytes, cost = () => 0, isGenuine = ({ peer }) => peer !== BAD }: Rules = {}) {
  const taken: number[] = [];
  const shed: number[] = [];
  const spent = new Map<Peer, number>();
  const waiting = new Map<Peer, number>();
  const clock = { now: 0 };
  const backlog = createDatagramBacklog({
    take(one) {
      waiting.set(one.peer, (waiting.get(one.peer) ?? 0) - 1);
      taken.push(one.receivedAt);
      spent.set(one.peer, (spent.get(one.peer) ?? 0) + cost(one));
      clock.now += cost(one);
      return isGenuine(one);
    },
    shed: ({ receivedAt }) => shed.push(receivedAt),
    ...(maxBytes !== undefined && { maxBytes }),
    now: () => clock.now,
  });
  /** Has a few of each of these always waiting, never so many that more seem to be on their way. */
  const keepBusy = async (peers: readonly Peer[], milliseconds: number) => {
    const end = clock.now + milliseconds;
    while (clock.now < end) {
      for (const peer of peers) {
        for (let count = waiting.get(peer) ?? 0; count < 12; count++) backlog.push(datagram(0, { peer }));
        waiting.set(peer, 12);
      }
      await turn();
    }
    backlog.abandon();
    waiting.clear();
  };
  return { backlog, taken, shed, clock, keepBusy, spentOn: (peer: Peer) => spent.get(peer) ?? 0 };
}

const ROOM_FOR_TEN = 10 * (10 + OVERHEAD_BYTES);
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** One whose good peers have sent something genuine. */
async function acquainted(rules: Rules = {}) {
  const all = backlogOf({
    ...rules,
    isGenuine: (one) => one.receivedAt < 0 || (rules.isGenuine?.(one) ?? one.peer !== BAD),
  });
  all.backlog.push(datagram(-1, { peer: GOOD }));
  all.backlog.push(datagram(-2, { peer: OTHER }));
  await eventually("the first to be taken", () => all.taken.length === 2);
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

  it("takes what known senders sent before the rest, each sender in turn", async () => {
    const { backlog, taken } = await acquainted();
    for (const number of [0, 1, 2]) backlog.push(datagram(number));
    for (const number of [3, 4, 5]) backlog.push(datagram(number, { peer: GOOD }));
    for (const number of [6, 7]) backlog.push(datagram(number, { peer: OTHER }));
    await eventually("all taken", () => taken.length === 8);
    expect(taken).toEqual([3, 6, 4, 7, 5, 0, 1, 2]);
  });

  it.each([0.01, 1, 100])(
    "leaves strangers an eighth of the time while known senders could use it all, at %d ms for one of theirs",
    async (dear) => {
      const cost = ({ peer }: ReadDatagram) => (peer === BAD ? dear : 0.1);
      const { clock, keepBusy, spentOn } = await acquainted({ cost });
      const begun = clock.now;
      await keepBusy([GOOD, BAD], 4_000);
      expect(spentOn(BAD) / (clock.now - begun)).toBeGreaterThan(1 / 8 - 0.03);
      expect(spentOn(BAD) / (clock.now - begun)).toBeLessThan(1 / 8 + 0.03);
    },
  );

  it("gives strangers all the time that known senders do not use", async () => {
    const cost = ({ peer }: ReadDatagram) => (peer === BAD ? 20 : 0.1);
    const { backlog, clock, spentOn } = await acquainted({ cost });
    const begun = clock.now;
    while (clock.now < begun + 2_000) {
      backlog.push(datagram(0, { peer: GOOD }));
      backlog.push(datagram(0));
      await eventually("both taken", () => backlog.length === 0);
    }
    expect(spentOn(BAD) / (clock.now - begun)).toBeGreaterThan(0.99);
  });

  it("verifies of strangers' datagrams no more than their share while more are waiting to be read", async () => {
    const { backlog, taken, clock, spentOn } = backlogOf({ maxBytes: 2 * 40 * (10 + OVERHEAD_BYTES), cost: () => 1 });
    for (let turns = 0; turns < 800; turns++) {
      for (let number = 0; number < 80; number++) backlog.push(datagram(number));
      clock.now += 1;
      await turn();
    }
    expect(taken.length).toBe(spentOn(BAD));
    expect(spentOn(BAD) / clock.now).toBeGreaterThan(0.1);
    expect(spentOn(BAD) / clock.now).toBeLessThan(0.13);
    backlog.abandon();
  });

  it("verifies nothing while more are waiting to be read and half of the room is free", async () => {
    const { backlog, taken } = await acquainted({ maxBytes: 4 * 40 * (10 + OVERHEAD_BYTES) });
    for (let number = 0; number < 40; number++) backlog.push(datagram(number, { peer: GOOD }));
    await turn();
    expect(taken).toEqual([]);
    backlog.abandon();
  });

  it("takes strangers' large datagrams last, but for an eighth of the strangers' time", async () => {
    const cost = ({ bytes }: ReadDatagram) => (bytes.length > LARGE_BYTES ? 1 : 0.1);
    const { backlog, taken } = backlogOf({ cost });
    for (const number of [0, 1]) backlog.push(datagram(number, { bytes: LARGE_BYTES + 1 }));
    for (let number = 2; number < 250; number++) backlog.push(datagram(number, { bytes: LARGE_BYTES }));
    await eventually("all taken", () => backlog.length === 0);
    // Eight small ones of 0.1 ms each make a large one due, and pay for it: 80 more make the second one due.
    const [first, second] = [taken.indexOf(0), taken.indexOf(1)];
    expect([first, second]).toEqual([1, expect.any(Number)]);
    expect(second - first).toBeGreaterThan(70);
    expect(second - first).toBeLessThan(90);
  });

  it("does not demote a known sender for bad datagrams now and then, however dear one of them is", async () => {
    const isGenuine = ({ receivedAt, peer }: ReadDatagram) => receivedAt !== 0 && peer !== BAD;
    const { backlog, taken, clock } = await acquainted({
      isGenuine,
      cost: ({ receivedAt }) => (receivedAt === 0 ? 5_000 : 1),
    });
    for (let round = 0; round < 10; round++) {
      backlog.push(datagram(0, { peer: GOOD }));
      backlog.push(datagram(1, { peer: GOOD }));
      await eventually("both taken", () => backlog.length === 0);
      clock.now += 2_000;
      taken.length = 0;
      backlog.push(datagram(2));
      backlog.push(datagram(3, { peer: GOOD }));
      await eventually("both taken", () => backlog.length === 0);
      expect(taken).toEqual([3, 2]);
    }
  });

  it("keeps a flood under a known sender's address from the time of other known senders, and forgives it later", async () => {
    const isGenuine = ({ peer }: ReadDatagram) => peer === OTHER;
    const { backlog, taken, clock, keepBusy, spentOn } = await acquainted({
      isGenuine,
      cost: ({ peer }) => (peer === GOOD ? 10 : 0.1),
    });
    const forged = spentOn(GOOD);
    await keepBusy([GOOD, OTHER], 10_000);
    // What one may waste at once, its sixteenth of ten seconds, and the strangers' eighth, to which it has fallen back.
    expect(spentOn(GOOD) - forged).toBeLessThan(200 + 10_000 / 16 + 10_000 / 8 + 50);
    clock.now += 10_000;
    taken.length = 0;
    backlog.push(datagram(1));
    backlog.push(datagram(2, { peer: GOOD }));
    await eventually("both taken", () => backlog.length === 0);
    expect(taken).toEqual([2, 1]);
  });

  it("sheds what a known sender has too much of, and nothing of those that have little", async () => {
    const { backlog, shed, taken } = await acquainted({ maxBytes: ROOM_FOR_TEN });
    backlog.push(datagram(100, { peer: OTHER }));
    for (let number = 0; number < 20; number++) backlog.push(datagram(number, { peer: GOOD }));
    backlog.push(datagram(101, { peer: OTHER }));
    expect([shed, backlog.length]).toEqual([Array.from({ length: 12 }, (_, number) => number), 10]);
    await eventually("all taken", () => backlog.length === 0);
    expect(taken.slice(0, 4)).toEqual([100, 12, 101, 13]);
  });

  it("sheds the oldest of strangers to make room, for a known sender and for a stranger", async () => {
    const { backlog, shed } = await acquainted({ maxBytes: ROOM_FOR_TEN });
    for (let number = 0; number < 10; number++) backlog.push(datagram(number));
    backlog.push(datagram(10, { peer: GOOD }));
    backlog.push(datagram(11));
    expect([shed, backlog.length]).toEqual([[0, 1], 10]);
    backlog.abandon();
  });

  it("sheds nothing of known senders for a stranger, and the oldest of it for one of their own", async () => {
    const { backlog, shed } = await acquainted({ maxBytes: ROOM_FOR_TEN });
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
          const { backlog, taken, shed } = backlogOf({ maxBytes });
          for (const [number, step] of steps.entries()) {
            if (step === "abandon") backlog.abandon();
            else if (step === "turn") await turn();
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
      () => listener.counters.figures.MessagesReceived + (listener.snapshot().figures.KernelDrops ?? 0) >= sent,
    );
    await listener.stop();
    await queue.drain(1_000);
    const counters = listener.snapshot();
    const { udp } = listenerLedgers({ "udp://": counters });
    expect(udp && imbalance(udp)).toEqual(balanced);
    expect(counters.figures.MessagesReceived).toBeGreaterThan(0);
    expect([counters.figures.MessagesShed, counters.figures.SamplesShed]).toEqual([
      counters.figures.MessagesReceived,
      counters.figures.MessagesReceived,
    ]);
  });
});
