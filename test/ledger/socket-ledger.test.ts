import { describe, expect, it } from "vitest";
import { newConnectionCounters, newCounters } from "../../lib/ledger/socket-counters.ts";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import { balanced, imbalance } from "../support/balance.ts";

const none = newCounters();

describe("the ledgers of listeners", () => {
  it("take all listeners of a protocol together, and know nothing of the other", () => {
    const ledgers = listenerLedgers({
      "udp://127.0.0.1:4952": {
        ...none,
        received: 14,
        recorded: 4,
        rejectedMessages: 3,
        partial: 2,
        failed: 1,
        spilled: 2,
        shed: 1,
        inFlight: 1,
        samples: { decoded: 27, recorded: 6, duplicate: 3, failed: 1, spilled: 5, shed: 1, inFlight: 6 },
        rejected: { ...none.rejected, unsigned: 2, unstorable: 3 },
        conflicting: 4,
        kernelDrops: 5,
      },
      "udp://[::1]:4952": {
        ...none,
        received: 1,
        rejectedMessages: 1,
        samples: { ...none.samples, decoded: 1 },
        rejected: { ...none.rejected, unsigned: 1 },
        conflicting: 1,
        kernelDrops: 2,
      },
    });
    expect(ledgers).toEqual({
      udp: {
        figures: {
          MessagesReceived: 15,
          MessagesRecorded: 4,
          MessagesRejected: 4,
          MessagesFailed: 1,
          MessagesPartial: 2,
          MessagesSpilled: 2,
          MessagesShed: 1,
          MessagesInFlight: 1,
          SamplesDecoded: 28,
          SamplesRecorded: 6,
          SamplesDuplicate: 3,
          SamplesRejected: 6,
          SamplesFailed: 1,
          SamplesSpilled: 5,
          SamplesShed: 1,
          SamplesConflicting: 5,
          RecordsInFlight: 6,
          KernelDrops: 7,
        },
        rejected: { ...none.rejected, unsigned: 3, unstorable: 3 },
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
