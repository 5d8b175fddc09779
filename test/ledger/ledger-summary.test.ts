import { describe, expect, it } from "vitest";
import { ledgerSummary } from "../../lib/ledger/ledger-summary.ts";
import { noRejections } from "../../lib/sample/rejection.ts";

const rejected = noRejections();

describe("the ledger's summary", () => {
  it("takes the sockets together, then all samples", () => {
    const udp = {
      MessagesReceived: 112,
      MessagesRecorded: 80,
      MessagesRejected: 10,
      MessagesFailed: 4,
      MessagesShed: 6,
      MessagesPartial: 3,
      MessagesSpilled: 7,
      MessagesInFlight: 2,
      SamplesDecoded: 117,
      SamplesRecorded: 80,
      SamplesDuplicate: 1,
      SamplesRejected: 10,
      SamplesFailed: 4,
      SamplesShed: 6,
      SamplesSpilled: 14,
      RecordsInFlight: 2,
      KernelDrops: 3,
    };
    const tcp = { MessagesReceived: 5, MessagesRecorded: 5, SamplesDecoded: 5, SamplesRecorded: 5 };
    const queue = {
      MessagesReceived: 7,
      MessagesRecorded: 3,
      MessagesRejected: 1,
      MessagesPartial: 1,
      MessagesFailed: 2,
      SamplesDecoded: 52,
      SamplesRecorded: 20,
      SamplesRejected: 2,
      SamplesFailed: 30,
    };
    expect(
      ledgerSummary({
        udp: { figures: udp, rejected },
        tcp: { figures: tcp, rejected },
        queue: { figures: queue, rejected },
      }),
    ).toEqual([
      "listeners: 117 received = 85 recorded + 10 rejected + 3 partial + 4 failed + 7 spilled + 6 shed + 2 in flight",
      "queue: 7 received = 3 recorded + 1 rejected + 1 partial + 2 failed, to be tried again",
      "samples: 174 decoded = 105 recorded + 1 duplicate + 12 rejected + 34 failed + 14 spilled + 6 shed + 2 in flight; 3 datagrams dropped by the kernel",
    ]);
  });

  it("is all zeros before anything came", () => {
    expect(ledgerSummary({})).toEqual([
      "listeners: 0 received = 0 recorded + 0 rejected + 0 partial + 0 failed + 0 spilled + 0 shed + 0 in flight",
      "queue: 0 received = 0 recorded + 0 rejected + 0 partial + 0 failed, to be tried again",
      "samples: 0 decoded = 0 recorded + 0 duplicate + 0 rejected + 0 failed + 0 spilled + 0 shed + 0 in flight; 0 datagrams dropped by the kernel",
    ]);
  });
});
