import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMetricsWriter } from "../../lib/ledger/emf.ts";
import { listenerMetrics } from "../../lib/ledger/metrics.ts";
import type { Outcome } from "../../lib/ledger/outcome.ts";
import { createQueueLedger, type Received } from "../../lib/ledger/queue-ledger.ts";
import { noRejections } from "../../lib/sample/rejection.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { moodScript, openErratic } from "../dispatch/erratic-driver.ts";
import { handlerOn, plenty, queueRecord, sampleBody } from "../queue/handling.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { sumEmf } from "../support/emf-reader.ts";
import { plainSample, signedMessage } from "../support/messages.ts";

const none = noRejections();

const genuine = toExactJson(signedMessage(plainSample));
const several = ["a", "b", "c", "d", "e"].map(sampleBody);
const unsigned = toExactJson(new Map(Object.entries(plainSample)));

function rejection(reason: "unsigned" | "undecodable") {
  return { reason, detail: "" };
}

const ONE: Outcome = { kind: "recorded", samples: 1, duplicates: 0, conflicting: 0, rejected: [] };

function event(bodies: readonly string[]) {
  return { Records: bodies.map((body, index) => queueRecord(String(index), body)) };
}

/** A handler as a function starts it, counting. */
function counting(storage: StorageDriver) {
  const ledger = createQueueLedger();
  return { ledger, ...handlerOn(storage, { count: ledger.count }) };
}

describe("the queue's ledger", () => {
  it("counts each outcome of a message once, and each of its samples once", () => {
    const ledger = createQueueLedger();
    ledger.count({ messages: 5, samples: 21 }, [
      { kind: "recorded", samples: 3, duplicates: 1, conflicting: 2, rejected: [] },
      { kind: "recorded", samples: 0, duplicates: 0, conflicting: 0, rejected: [] },
      { kind: "recorded", samples: 2, duplicates: 0, conflicting: 0, rejected: [rejection("unsigned")] },
      { kind: "rejected", rejected: [rejection("undecodable")] },
      {
        kind: "failed",
        cause: "",
        samples: 4,
        duplicates: 2,
        conflicting: 1,
        failed: 5,
        rejected: [rejection("unsigned"), rejection("unsigned")],
      },
    ]);
    expect(ledger.snapshot()).toEqual({
      figures: {
        MessagesReceived: 5,
        MessagesRecorded: 2,
        MessagesRejected: 1,
        MessagesFailed: 1,
        MessagesPartial: 1,
        SamplesDecoded: 21,
        SamplesRecorded: 9,
        SamplesDuplicate: 3,
        SamplesRejected: 4,
        SamplesFailed: 5,
        SamplesConflicting: 3,
        Imbalance: 0,
      },
      rejected: { ...none, unsigned: 3, undecodable: 1 },
    });
    expect(imbalance(ledger.snapshot())).toEqual(balanced);
  });

  it.each<[string, Received, Outcome[], number]>([
    ["a message without an outcome", { messages: 2, samples: 2 }, [ONE], 2],
    ["a sample without one", { messages: 1, samples: 3 }, [ONE], 2],
    ["an outcome twice", { messages: 1, samples: 1 }, [ONE, ONE], 2],
  ])("is out of balance by %s", (_what, received, outcomes, by) => {
    const ledger = createQueueLedger();
    ledger.count(received, outcomes);
    expect(ledger.snapshot().figures.Imbalance).toBe(by);
    ledger.count({ messages: 1, samples: 1 }, [ONE]);
    expect(ledger.snapshot().figures.Imbalance).toBe(by);
  });

  it("has every figure that a queue gives, from the start", () => {
    expect(Object.keys(createQueueLedger().snapshot().figures).sort()).toEqual([...listenerMetrics.queue].sort());
  });

  it("gives totals of the moment, which later counting leaves alone", () => {
    const ledger = createQueueLedger();
    const before = ledger.snapshot();
    ledger.count({ messages: 1, samples: 1 }, [{ kind: "rejected", rejected: [rejection("unsigned")] }]);
    expect([before.figures.MessagesReceived, before.rejected.unsigned]).toEqual([0, 0]);
  });

  it("balances after every invocation, whatever messages come and however storage fails", async () => {
    const body = fc.oneof(
      fc.constantFrom("poison", "[]", "{}", unsigned),
      fc.array(fc.constantFrom(...several, unsigned, "7"), { maxLength: 6 }).map((list) => `[${list.join(",")}]`),
    );
    const invocations = fc.array(fc.array(body, { maxLength: 10 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(invocations, moodScript, async (all, moods) => {
        const { ledger, handle } = counting(openErratic(moods));
        let [messages, failed] = [0, 0];
        for (const bodies of all) {
          const answer = await handle(event(bodies), plenty);
          messages += bodies.length;
          failed += answer.batchItemFailures.length;
          expect(imbalance(ledger.snapshot())).toEqual(balanced);
          expect(ledger.snapshot().figures.Imbalance).toBe(0);
        }
        expect(ledger.snapshot().figures).toMatchObject({ MessagesReceived: messages, MessagesFailed: failed });
      }),
      { numRuns: 60 },
    );
  });

  it("counts as failed what time ran out on: messages, and the samples of those that were decoded", async () => {
    const memory = openMemory();
    let calls = 0;
    const stuck: StorageDriver = {
      ...memory,
      record: (records) => (++calls === 1 ? memory.record(records) : new Promise(() => {})),
    };
    const { ledger, handle } = counting(stuck);
    // A hundred messages go to storage in one call; the second call never returns, the third is never made.
    const bodies = Array.from({ length: 201 }, (_, index) => `[${sampleBody(`s${index}`)},${unsigned}]`);
    // As long as the one in its place: short ones would go first.
    bodies[150] = "poison".padEnd(bodies[150]?.length ?? 0);
    const answer = await handle(event(bodies), { getRemainingTimeInMillis: () => 2_000 });
    expect(answer.batchItemFailures).toHaveLength(101);
    const { figures } = ledger.snapshot();
    expect(figures).toEqual({
      MessagesReceived: 201,
      MessagesRecorded: 0,
      MessagesRejected: 0,
      MessagesFailed: 101,
      MessagesPartial: 100,
      SamplesDecoded: 200 + 199,
      SamplesRecorded: 100,
      SamplesDuplicate: 0,
      SamplesRejected: 100,
      SamplesFailed: 199,
      SamplesConflicting: 0,
      Imbalance: 0,
    });
    expect(imbalance(ledger.snapshot())).toEqual(balanced);
  });

  it("gives the same in metrics, an invocation a line", async () => {
    const lines: string[] = [];
    const metrics = createMetricsWriter({ stage: "test", write: (line) => lines.push(line) });
    const ledger = createQueueLedger();
    const { handle } = handlerOn(openMemory(), {
      count(received, outcomes) {
        ledger.count(received, outcomes);
        metrics.write({ queue: ledger.snapshot() });
      },
    });
    await handle(event([genuine, "poison"]), plenty);
    await handle(event([`[${genuine},${unsigned}]`]), plenty);
    await handle(event([]), plenty);
    expect(lines.map((line) => JSON.parse(line)).map(({ Reason, ...line }) => Reason ?? line.MessagesReceived)).toEqual(
      [2, "undecodable", 1, "unsigned", 0],
    );
    const sums = sumEmf(lines);
    for (const [name, total] of Object.entries(ledger.snapshot().figures)) {
      expect([name, sums[`${name} Stage=test Listener=queue`]]).toEqual([name, total]);
    }
  });
});
