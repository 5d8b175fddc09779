import { describe, expect, it } from "vitest";
import { lossesOf } from "../../lib/ledger/losses.ts";
import { noRejections } from "../../lib/sample/rejection.ts";

const rejected = noRejections();

describe("what was lost", () => {
  it("is nothing where all is recorded, rejected or spilled, or has failed and is still in its queue", () => {
    const figures = { MessagesReceived: 9, MessagesRejected: 3, MessagesSpilled: 6, SamplesSpilled: 6 };
    const queue = { figures: { MessagesFailed: 2, SamplesFailed: 2 }, rejected };
    expect(lossesOf({ udp: { figures, rejected }, queue })).toBeUndefined();
  });

  it("is what failed and what was shed, of UDP and TCP together", () => {
    const udp = { figures: { MessagesFailed: 2, SamplesFailed: 5, MessagesShed: 0 }, rejected };
    const tcp = { figures: { MessagesFailed: 1, SamplesFailed: 1, MessagesShed: 3, SamplesShed: 4 }, rejected };
    expect(lossesOf({ udp, tcp })).toEqual({
      message: "samples lost since the start: 6 that storage did not take, 4 for which nothing had room",
      figures: { MessagesFailed: 3, SamplesFailed: 6, MessagesShed: 3, SamplesShed: 4 },
    });
  });
});
