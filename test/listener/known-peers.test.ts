import { describe, expect, it } from "vitest";
import { KnownPeers, MOST_KNOWN } from "../../lib/listener/known-peers.ts";

const peer = { address: "192.0.2.1", port: 4_000 };

describe("known peers", () => {
  it("are those whose last message was genuine, by address and port", () => {
    const peers = new KnownPeers();
    expect(peers.has(peer)).toBe(false);
    peers.note(peer, true);
    expect([peer, { ...peer, port: 4_001 }, { ...peer, address: "192.0.2.2" }].map((one) => peers.has(one))).toEqual([
      true,
      false,
      false,
    ]);
    peers.note(peer, false);
    expect(peers.has(peer)).toBe(false);
  });

  it("are bounded: whoever sent nothing genuine for longest is forgotten first", () => {
    const peers = new KnownPeers();
    for (let port = 0; port < MOST_KNOWN; port++) peers.note({ ...peer, port }, true);
    peers.note({ ...peer, port: 0 }, true);
    peers.note({ ...peer, port: MOST_KNOWN }, true);
    expect([0, 1, 2, MOST_KNOWN].map((port) => peers.has({ ...peer, port }))).toEqual([true, false, true, true]);
  });
});
