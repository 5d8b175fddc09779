import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConnectionShares, QUIET_FOR_MS, SILENT_FOR_MS } from "../../../lib/listener/tcp/connection-shares.ts";

function sharesOf(maxConnections: number, maxConnectionsPerAddress: number) {
  const clock = { now: 0 };
  const shares = new ConnectionShares<Connection>({ maxConnections, maxConnectionsPerAddress, now: () => clock.now });
  const open = (share: string, waiting = false) => {
    const connection = { share, waiting };
    shares.add(connection);
    return connection;
  };
  return { shares, clock, open };
}

interface Connection {
  readonly share: string;
  waiting: boolean;
}

const REFUSED = { fits: false };
const room = (displaced?: Connection) => ({ fits: true, displaced });

describe("the shares of connections", () => {
  it("let a silent connection be for as long as there is room", () => {
    const { shares, clock, open } = sharesOf(3, 3);
    open("a");
    open("b");
    clock.now += 100 * QUIET_FOR_MS;
    expect(shares.roomFor("c")).toEqual(room());
  });

  it("close the oldest silent one, and no younger one, once it has had its time and there is no room", () => {
    const { shares, clock, open } = sharesOf(2, 2);
    const first = open("a");
    clock.now += 1;
    open("b");
    clock.now += SILENT_FOR_MS - 2;
    expect(shares.roomFor("c")).toEqual(REFUSED);
    clock.now += 1;
    expect(shares.roomFor("c")).toEqual(room(first));
  });

  it("close none that has been genuine, until it was so for longer than anybody polls", () => {
    const { shares, clock, open } = sharesOf(2, 2);
    const [first, second] = [open("a"), open("b")];
    shares.note(second);
    clock.now += 1;
    shares.note(first);
    clock.now += QUIET_FOR_MS - 2;
    expect(shares.roomFor("c")).toEqual(REFUSED);
    clock.now += 1;
    expect(shares.roomFor("c")).toEqual(room(second));
    shares.note(second);
    expect(shares.roomFor("c")).toEqual(REFUSED);
  });

  it("close none that waits for us", () => {
    const { shares, clock, open } = sharesOf(2, 2);
    const [first, second] = [open("a", true), open("b")];
    clock.now += SILENT_FOR_MS;
    expect(shares.roomFor("c")).toEqual(room(second));
    second.waiting = true;
    expect(shares.roomFor("c")).toEqual(REFUSED);
    first.waiting = false;
    expect(shares.roomFor("c")).toEqual(room(first));
  });

  it("close of whoever has most silent ones, however young, for one who has fewer", () => {
    const { shares, open } = sharesOf(5, 4);
    const [first] = [open("a"), open("a"), open("a"), open("b"), open("b")];
    expect([shares.roomFor("c"), shares.roomFor("b"), shares.roomFor("a")]).toEqual([room(first), REFUSED, REFUSED]);
  });

  it("keep to their numbers whatever comes", () => {
    const steps = fc.array(
      fc.record({
        what: fc.constantFrom<"open" | "note" | "close" | "wait">("open", "open", "open", "note", "close", "wait"),
        share: fc.constantFrom("a", "b", "c", "d"),
        which: fc.nat(20),
      }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (all, most, perAddress) => {
        const { shares, clock, open } = sharesOf(most, perAddress);
        const connections: Connection[] = [];
        const close = (gone: Connection) => {
          shares.remove(gone);
          connections.splice(connections.indexOf(gone), 1);
        };
        const steps = {
          note: (chosen: Connection) => shares.note(chosen),
          close,
          wait: (chosen: Connection) => {
            chosen.waiting = !chosen.waiting;
          },
        };
        const come = (share: string) => {
          const answer = shares.roomFor(share);
          if (!answer.fits) return;
          if (answer.displaced?.waiting === false) close(answer.displaced);
          connections.push(open(share));
          expect(connections.length).toBeLessThanOrEqual(most);
          expect(connections.filter((one) => one.share === share).length).toBeLessThanOrEqual(perAddress);
        };
        for (const { what, share, which } of all) {
          clock.now += 500;
          const chosen = connections[which % Math.max(1, connections.length)];
          if (what === "open") come(share);
          else if (chosen !== undefined) steps[what](chosen);
        }
      }),
    );
  });
});
