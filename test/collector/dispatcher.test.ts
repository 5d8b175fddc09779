import { describe, expect, it } from "vitest";
import { createDispatcher } from "../../lib/collector/dispatcher.ts";
import { accept, reject } from "../../lib/collector/outcome.ts";
import type { Value } from "../../lib/collector/value.ts";
import type { StorageDriver, Stored } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory.ts";
import { captureJudge } from "../support/fixtures.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";

const judge = captureJudge();

function sample(id: string): Value {
  return signedMessage({ ...plainSample, message_id: id });
}

/** Memory, but for records whose message id has an answer here. */
function answering(answers: Readonly<Record<string, Stored>>): StorageDriver {
  const memory = openMemory();
  return {
    ...memory,
    record: async (records) => {
      const stored = await memory.record(records.filter((record) => !(record.message_id in answers)));
      const rest = stored.values();
      return records.map((record) => answers[record.message_id] ?? rest.next().value ?? { kind: "recorded" });
    },
  };
}

async function storedIds(storage: StorageDriver): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const one of storage.samples({})) ids.push(one.message_id);
  return ids.sort();
}

describe("the dispatcher", () => {
  it("records every genuine sample and event of every message, with one outcome a message in order", async () => {
    const storage = openMemory();
    const outcomes = await createDispatcher(judge, storage).dispatch([
      accept([sample("a"), sample("b")]),
      reject("undecodable", "no"),
      accept([signedMessage(plainEvent)]),
      accept([]),
    ]);
    expect(outcomes).toEqual([
      { kind: "recorded", samples: 2, rejected: [] },
      { kind: "rejected", rejected: [{ reason: "undecodable", detail: "no" }] },
      { kind: "recorded", samples: 1, rejected: [] },
      { kind: "recorded", samples: 0, rejected: [] },
    ]);
    expect(await storedIds(storage)).toEqual(["a", "b"]);
  });

  it("does not let a bad sample spoil its neighbours in a list", async () => {
    const storage = openMemory();
    const outcomes = await createDispatcher(judge, storage).dispatch([accept([sample("a"), 7n, sample("b")])]);
    expect(outcomes).toEqual([
      { kind: "recorded", samples: 2, rejected: [{ reason: "not-a-sample", detail: "expected a map, got a number" }] },
    ]);
    expect(await storedIds(storage)).toEqual(["a", "b"]);
  });

  it("fails a message one of whose samples storage refuses for now, and no other", async () => {
    const storage = answering({ b: { kind: "failed", cause: "throttled" } });
    const outcomes = await createDispatcher(judge, storage).dispatch([
      accept([sample("a"), sample("b"), null]),
      accept([sample("c")]),
    ]);
    const rejected = [{ reason: "not-a-sample", detail: "expected a map, got nil" }];
    expect(outcomes).toEqual([
      { kind: "failed", cause: "throttled", samples: 1, failed: 1, rejected },
      { kind: "recorded", samples: 1, rejected: [] },
    ]);
    expect(await storedIds(storage)).toEqual(["a", "c"]);
  });

  it("rejects what can never be stored", async () => {
    const storage = answering({ b: { kind: "unstorable", detail: "too big" } });
    const rejected = [{ reason: "unstorable", detail: "too big" }];
    expect(
      await createDispatcher(judge, storage).dispatch([accept([sample("b")]), accept([sample("a"), sample("b")])]),
    ).toEqual([
      { kind: "rejected", rejected },
      { kind: "recorded", samples: 1, rejected },
    ]);
  });

  it("makes no call to storage when nothing is genuine", async () => {
    const storage: StorageDriver = { ...openMemory(), record: () => Promise.reject(new Error("called")) };
    expect(await createDispatcher(judge, storage).dispatch([accept([null])])).toMatchObject([{ kind: "rejected" }]);
  });

  it("fails the messages, and nothing else, when a driver breaks its promise", async () => {
    const fault = new Error("a fault of the driver");
    const breaking: StorageDriver = { ...openMemory(), record: () => Promise.reject(fault) };
    expect(await createDispatcher(judge, breaking).dispatch([accept([sample("a")]), accept([1n])])).toMatchObject([
      { kind: "failed", cause: fault, samples: 0, failed: 1, rejected: [] },
      { kind: "rejected" },
    ]);
    const silent: StorageDriver = { ...openMemory(), record: async () => [] };
    expect(await createDispatcher(judge, silent).dispatch([accept([sample("a")])])).toMatchObject([{ kind: "failed" }]);
  });
});
