import { describe, expect, it } from "vitest";
import { ledgerSummary } from "../../lib/cli/ledger-summary.ts";
import { noRejections } from "../../lib/collector/outcome.ts";

const rejected = noRejections();

describe("the ledger's summary", () => {
  it("takes the sockets together, then all samples", () => {
    const udp = {
      MessagesReceived: 100,
      MessagesRecorded: 80,
      MessagesRejected: 10,
      MessagesFailed: 4,
      MessagesShed: 6,
      SamplesDecoded: 100,
      SamplesRecorded: 80,
      SamplesRejected: 10,
      SamplesFailed: 4,
      SamplesShed: 6,
      KernelDrops: 3,
    };
    const tcp = { MessagesReceived: 5, MessagesRecorded: 5, SamplesDecoded: 5, SamplesRecorded: 5 };
    const queue = {
      MessagesReceived: 7,
      MessagesFailed: 2,
      SamplesDecoded: 50,
      SamplesRecorded: 20,
      SamplesFailed: 30,
    };
    expect(
      ledgerSummary({
        udp: { figures: udp, rejected },
        tcp: { figures: tcp, rejected },
        queue: { figures: queue, rejected },
      }),
    ).toEqual([
      "listeners: 105 received = 85 recorded + 10 rejected + 10 lost; queue: 7 received, 2 to be tried again",
      "samples: 155 decoded = 105 recorded + 10 rejected + 34 failed + 6 shed; 3 datagrams dropped by the kernel",
    ]);
  });

  it("is all zeros before anything came", () => {
    expect(ledgerSummary({})).toEqual([
      "listeners: 0 received = 0 recorded + 0 rejected + 0 lost; queue: 0 received, 0 to be tried again",
      "samples: 0 decoded = 0 recorded + 0 rejected + 0 failed + 0 shed; 0 datagrams dropped by the kernel",
    ]);
  });
});
