import { describe, expect, it } from "vitest";
import { openGated } from "../../dispatch/gated-driver.ts";
import { expectCounters } from "../../ledger/ledger.ts";
import { eventually } from "../../support/eventually.ts";
import { aFrame } from "../genuine.ts";
import { tcpRig } from "./tcp-rig.ts";

const { listen, publish } = tcpRig();
const STRANGER = "127.0.0.2";

describe("the connections of a TCP listener", () => {
  it("are shared by address: silent ones of one address lock nobody out, at work or not yet", async () => {
    const cuts: string[] = [];
    const { listener } = listen({
      driver: openGated(),
      limits: { maxConnections: 20, maxConnectionsPerAddress: 10 },
      onCut: (cause, from) => cuts.push(`${cause} ${from.split(":")[0]}`),
    });
    const url = await listener.start();
    const early = await publish(url);
    for (let count = 0; count < 50; count++) await publish(url, STRANGER);
    const late = await publish(url, "127.0.0.3");
    await early.send(aFrame());
    await late.send(aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 2);
    await eventually("closed", () => listener.counters.connections?.open === 12);
    expectCounters(listener.counters, {
      MessagesReceived: 2,
      MessagesRecorded: 2,
      ConnectionsDisplaced: 40,
      ConnectionsRefused: 0,
      FramesCut: 0,
      connections: { open: 12, accepted: 52 },
    });
    expect(cuts).toEqual(Array(40).fill(`displaced ${STRANGER}`));
  });

  it("of an address that has too many go in this order: those never genuine, then those genuine longest ago", async () => {
    const { listener } = listen({ driver: openGated(), limits: { maxConnectionsPerAddress: 3 } });
    const url = await listener.start();
    const [first, silent, second] = [await publish(url), await publish(url), await publish(url)];
    const recorded = async (publisher: typeof first, count: number) => {
      await publisher.send(aFrame());
      await eventually("recorded", () => listener.counters.figures.MessagesRecorded === count);
    };
    await recorded(second, 1);
    await recorded(first, 2);
    const third = await publish(url);
    await eventually("the silent one closed", () => silent.closed);
    await recorded(third, 3);
    const fourth = await publish(url);
    await eventually("the longest without closed", () => second.closed);
    await recorded(fourth, 4);
    expect([first.closed, third.closed]).toEqual([false, false]);
    expectCounters(listener.counters, {
      MessagesReceived: 4,
      MessagesRecorded: 4,
      ConnectionsDisplaced: 2,
      connections: { open: 3, accepted: 5 },
    });
  });

  it("leave room for who comes from elsewhere when all are taken by some addresses", async () => {
    const { listener } = listen({ driver: openGated(), limits: { maxConnections: 8, maxConnectionsPerAddress: 4 } });
    const url = await listener.start();
    for (const from of [STRANGER, "127.0.0.3"]) for (let count = 0; count < 4; count++) await publish(url, from);
    const publishers = [await publish(url), await publish(url, "127.0.0.4")];
    for (const publisher of publishers) await publisher.send(aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 2);
    expectCounters(listener.counters, {
      MessagesReceived: 2,
      MessagesRecorded: 2,
      ConnectionsDisplaced: 2,
      ConnectionsRefused: 0,
      connections: { accepted: 10 },
    });
  });

  it("are refused, told of and counted when none can go for the new one", async () => {
    const cuts: unknown[] = [];
    const { listener } = listen({
      driver: openGated(),
      limits: { maxConnections: 2 },
      onCut: (cause, from) => cuts.push([cause, from]),
    });
    const url = await listener.start();
    const [one, other] = [await publish(url), await publish(url)];
    const third = await publish(url, STRANGER);
    // Two of one address are more than the newcomer's one would be by one only.
    await eventually("one closed", () => one.closed || third.closed);
    expect([one.closed, other.closed, third.closed]).toEqual([true, false, false]);
    const fourth = await publish(url, "127.0.0.3");
    await eventually("the fourth closed", () => fourth.closed);
    expect(cuts).toEqual([
      ["displaced", `127.0.0.1:${one.port}`],
      ["refused", `127.0.0.3:${fourth.port}`],
    ]);
    expectCounters(listener.counters, {
      ConnectionsDisplaced: 1,
      ConnectionsRefused: 1,
      connections: { open: 2, accepted: 3 },
    });
  });

  it("are refused, told of and counted while descriptors are short, and taken again afterwards", async () => {
    const cuts: string[] = [];
    const state = { short: false };
    const { listener } = listen({
      driver: openGated(),
      descriptors: { limit: 100, areShort: () => state.short },
      onCut: (cause) => cuts.push(cause),
    });
    const url = await listener.start();
    const first = await publish(url);
    await first.send(aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 1);
    state.short = true;
    const second = await publish(url);
    await eventually("refused", () => second.closed);
    state.short = false;
    await (await publish(url)).send(aFrame());
    await eventually("recorded", () => listener.counters.figures.MessagesRecorded === 2);
    expect(cuts).toEqual(["descriptorsShort", "refused"]);
    expectCounters(listener.counters, {
      MessagesReceived: 2,
      MessagesRecorded: 2,
      ConnectionsRefused: 1,
      DescriptorsShort: 1,
      ConnectionsDisplaced: 0,
      connections: { open: 2, accepted: 2 },
    });
  });
});
