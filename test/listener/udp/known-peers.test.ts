import { describe, expect, it } from "vitest";
import { KnownPeers, MOST_KNOWN } from "../../../lib/listener/udp/known-peers.ts";

const peer = { address: "192.0.2.1", port: 4_000 };

describe("known peers", () => {
  it("are those that have sent something genuine, by address and port", () => {
    const peers = new KnownPeers();
    peers.note(peer, false, 1);
    expect(peers.goesFirst(peer)).toBe(false);
    peers.note(peer, true, 1);
    const others = [peer, { ...peer, port: 4_001 }, { ...peer, address: "192.0.2.2" }];
    expect(others.map((one) => peers.goesFirst(one))).toEqual([true, false, false]);
    peers.note(peer, false, 10_000);
    expect(peers.goesFirst(peer)).toBe(true);
  });

  it("do not go first for a while once too much time went into what was not genuine", () => {
    const clock = { now: 0 };
    const peers = new KnownPeers(() => clock.now);
    peers.note(peer, true, 1);
    for (let count = 0; count < 200; count++) peers.note(peer, false, 1);
    expect(peers.goesFirst(peer)).toBe(false);
    clock.now += 15;
    peers.note(peer, true, 1);
    expect(peers.goesFirst(peer)).toBe(true);
    for (let count = 0; count < 10_000; count++) peers.note(peer, false, 1);
    clock.now += 16 * 200;
    expect(peers.goesFirst(peer)).toBe(false);
    clock.now += 1;
    expect(peers.goesFirst(peer)).toBe(true);
  });

  it("are bounded: whoever sent nothing genuine for longest is forgotten first", () => {
    const peers = new KnownPeers();
    for (let port = 0; port < MOST_KNOWN; port++) peers.note({ ...peer, port }, true, 0);
    peers.note({ ...peer, port: 0 }, true, 0);
    peers.note({ ...peer, port: MOST_KNOWN }, true, 0);
    expect([0, 1, 2, MOST_KNOWN].map((port) => peers.goesFirst({ ...peer, port }))).toEqual([true, false, true, true]);
  });
});
