import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDatagramBacklog, OVERHEAD_BYTES } from "../../../lib/collector/listener/datagram-backlog.ts";
import { listenerLedgers } from "../../../lib/collector/listener/listener-ledger.ts";
import { openMemory } from "../../../lib/storage/memory.ts";
import { balanced, imbalance } from "../../support/balance.ts";
import { eventually } from "../../support/eventually.ts";
import { aDatagram } from "./genuine.ts";
import { sendDatagrams, udpRig } from "./udp-rig.ts";

const peer = { address: "127.0.0.1", port: 9 };

function datagram(bytes: number, receivedAt = 0) {
  return { bytes: new Uint8Array(bytes), peer, receivedAt };
}

describe("the datagram backlog", () => {
  it("hands on nothing before the reader's turn is over, and then everything in order", async () => {
    const taken: number[] = [];
    const backlog = createDatagramBacklog({ take: ({ receivedAt }) => taken.push(receivedAt) });
    for (let number = 0; number < 100; number++) expect(backlog.push(datagram(10, number))).toBe(true);
    expect([backlog.length, taken.length]).toEqual([100, 0]);
    await eventually("all taken", () => taken.length === 100);
    expect(taken).toEqual(Array.from({ length: 100 }, (_, number) => number));
    expect(backlog.length).toBe(0);
  });

  it("holds no more than its bytes, takes again once there is room, and loses nothing that it took", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.constant("abandon" as const)), { maxLength: 60 }),
        fc.integer({ min: 0, max: 10_000 }),
        (steps, maxBytes) => {
          let held = 0;
          let taken = 0;
          let pushed = 0;
          const backlog = createDatagramBacklog({ take: () => undefined, maxBytes });
          for (const step of steps) {
            if (step === "abandon") {
              taken += backlog.abandon().length;
              held = 0;
            } else {
              const size = step + OVERHEAD_BYTES;
              const fits = held + size <= maxBytes;
              expect(backlog.push(datagram(step))).toBe(fits);
              if (fits) {
                held += size;
                pushed++;
              }
            }
          }
          taken += backlog.abandon().length;
          expect([backlog.length, taken]).toEqual([0, pushed]);
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
