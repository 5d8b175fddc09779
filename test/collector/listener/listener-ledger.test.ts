import { describe, expect, it } from "vitest";
import { newConnectionCounters, newCounters } from "../../../lib/collector/listener/listener-counters.ts";
import { listenerLedgers } from "../../../lib/collector/listener/listener-ledger.ts";
import { balanced, imbalance } from "../../support/balance.ts";

const none = newCounters();

describe("the ledgers of listeners", () => {
  it("take all listeners of a protocol together, and know nothing of the other", () => {
    const ledgers = listenerLedgers({
      "udp://127.0.0.1:4952": {
        ...none,
        received: 10,
        recorded: 4,
        rejected: { ...none.rejected, unsigned: 2, unstorable: 1 },
        failed: 1,
        shed: 1,
        inFlight: 1,
        kernelDrops: 5,
      },
      "udp://[::1]:4952": { ...none, received: 1, rejected: { ...none.rejected, unsigned: 1 }, kernelDrops: 2 },
    });
    expect(ledgers).toEqual({
      udp: {
        figures: {
          MessagesReceived: 11,
          MessagesRecorded: 4,
          MessagesRejected: 4,
          MessagesFailed: 1,
          MessagesShed: 1,
          SamplesDecoded: 11,
          SamplesRecorded: 4,
          SamplesRejected: 4,
          SamplesFailed: 1,
          SamplesShed: 1,
          RecordsInFlight: 1,
          KernelDrops: 7,
        },
        rejected: { ...none.rejected, unsigned: 3, unstorable: 1 },
      },
    });
    expect(ledgers.udp && imbalance(ledgers.udp)).toEqual(balanced);
  });

  it("have no figure of the kernel where it does not tell", () => {
    const { udp, tcp } = listenerLedgers({
      "udp://0.0.0.0:1": none,
      "tcp://0.0.0.0:1": newCounters(newConnectionCounters()),
    });
    expect([udp, tcp].map((ledger) => ledger && "KernelDrops" in ledger.figures)).toEqual([false, false]);
  });

  it("are none before anything listens", () => {
    expect(listenerLedgers({})).toEqual({});
  });
});
