import { describe, expect, it } from "vitest";
import { createDispatcher, type Dispatcher } from "../../lib/dispatch/dispatcher.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { type Result, reject } from "../../lib/sample/rejection.ts";
import type { Value } from "../../lib/sample/value.ts";
import type { StorageDriver, Stored } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { captureJudge } from "../support/fixtures.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";
import { receipt } from "../support/v2-keys.ts";

const judge = captureJudge();

/** The messages of one delivery, as they are judged. */
function judged(messages: readonly Value[]): readonly Result<Genuine>[] {
  return messages.map((message) => judge.message(message, receipt()));
}

function dispatcherOn(storage: StorageDriver): Dispatcher {
  return createDispatcher(storage, createRecentlyRecorded());
}

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
    const outcomes = await dispatcherOn(storage).dispatch([
      judged([sample("a"), sample("b")]),
      [reject("undecodable", "no")],
      judged([signedMessage(plainEvent)]),
      judged([]),
    ]);
    expect(outcomes).toEqual([
      { kind: "recorded", samples: 2, duplicates: 0, conflicting: 0, rejected: [] },
      { kind: "rejected", rejected: [{ reason: "undecodable", detail: "no" }] },
      { kind: "recorded", samples: 1, duplicates: 0, conflicting: 0, rejected: [] },
      { kind: "recorded", samples: 0, duplicates: 0, conflicting: 0, rejected: [] },
    ]);
    expect(await storedIds(storage)).toEqual(["a", "b"]);
  });

  it("does not let a bad sample spoil its neighbours in a list", async () => {
    const storage = openMemory();
    const outcomes = await dispatcherOn(storage).dispatch([judged([sample("a"), 7n, sample("b")])]);
    expect(outcomes).toEqual([
      {
        kind: "recorded",
        samples: 2,
        duplicates: 0,
        conflicting: 0,
        rejected: [{ reason: "not-a-sample", detail: "expected a map, got a number" }],
      },
    ]);
    expect(await storedIds(storage)).toEqual(["a", "b"]);
  });

  it("fails a message one of whose samples storage refuses for now, and no other", async () => {
    const storage = answering({ b: { kind: "failed", cause: "throttled" } });
    const outcomes = await dispatcherOn(storage).dispatch([
      judged([sample("a"), sample("b"), null]),
      judged([sample("c")]),
    ]);
    const rejected = [{ reason: "not-a-sample", detail: "expected a map, got nil" }];
    expect(outcomes).toEqual([
      { kind: "failed", cause: "throttled", samples: 1, duplicates: 0, conflicting: 0, failed: 1, rejected },
      { kind: "recorded", samples: 1, duplicates: 0, conflicting: 0, rejected: [] },
    ]);
    expect(await storedIds(storage)).toEqual(["a", "c"]);
  });

  it("rejects what can never be stored", async () => {
    const storage = answering({ b: { kind: "unstorable", detail: "too big" } });
    const rejected = [{ reason: "unstorable", detail: "too big" }];
    expect(await dispatcherOn(storage).dispatch([judged([sample("b")]), judged([sample("a"), sample("b")])])).toEqual([
      { kind: "rejected", rejected },
      { kind: "recorded", samples: 1, duplicates: 0, conflicting: 0, rejected },
    ]);
  });

  it("makes no call to storage when nothing is genuine", async () => {
    const storage: StorageDriver = { ...openMemory(), record: () => Promise.reject(new Error("called")) };
    expect(await dispatcherOn(storage).dispatch([judged([null])])).toMatchObject([{ kind: "rejected" }]);
  });

  it("fails the messages, and nothing else, when a driver breaks its promise", async () => {
    const fault = new Error("a fault of the driver");
    const breaking: StorageDriver = { ...openMemory(), record: () => Promise.reject(fault) };
    expect(await dispatcherOn(breaking).dispatch([judged([sample("a")]), judged([1n])])).toMatchObject([
      { kind: "failed", cause: fault, samples: 0, duplicates: 0, conflicting: 0, failed: 1, rejected: [] },
      { kind: "rejected" },
    ]);
    const silent: StorageDriver = { ...openMemory(), record: async () => [] };
    expect(await dispatcherOn(silent).dispatch([judged([sample("a")])])).toMatchObject([{ kind: "failed" }]);
  });

  it("writes nothing for what it recorded a moment ago, and says that these are duplicates", async () => {
    const storage = openMemory();
    const calls: (readonly string[])[] = [];
    const dispatcher = dispatcherOn({
      ...storage,
      record: (records) => {
        calls.push(records.map((one) => one.message_id));
        return storage.record(records);
      },
    });
    const message = judged([sample("a"), sample("b")]);
    // Twice in one call is written twice, which storage knows by their identity.
    expect(await dispatcher.dispatch([message, judged([sample("a")])])).toEqual([
      { kind: "recorded", samples: 2, duplicates: 0, conflicting: 0, rejected: [] },
      { kind: "recorded", samples: 1, duplicates: 0, conflicting: 0, rejected: [] },
    ]);
    const rejected = [{ reason: "not-a-sample", detail: "expected a map, got nil" }];
    expect(
      await dispatcher.dispatch([message, judged([sample("b"), sample("c"), null]), judged([sample("a"), null])]),
    ).toEqual([
      { kind: "recorded", samples: 0, duplicates: 2, conflicting: 0, rejected: [] },
      { kind: "recorded", samples: 1, duplicates: 1, conflicting: 0, rejected },
      { kind: "recorded", samples: 0, duplicates: 1, conflicting: 0, rejected },
    ]);
    expect(await dispatcher.dispatch([message])).toMatchObject([{ samples: 0, duplicates: 2 }]);
    expect(calls).toEqual([["a", "b", "a"], ["c"]]);
    expect(await storedIds(storage)).toEqual(["a", "b", "c"]);
  });

  it("writes again what was not stored the last time, but not its neighbours", async () => {
    const answers: Record<string, Stored> = {
      b: { kind: "failed", cause: "down" },
      c: { kind: "unstorable", detail: "" },
    };
    const storage = answering(answers);
    const dispatcher = dispatcherOn(storage);
    const message = judged([sample("a"), sample("b"), sample("c")]);
    const rejected = [{ reason: "unstorable", detail: "" }];
    expect(await dispatcher.dispatch([message])).toEqual([
      { kind: "failed", cause: "down", samples: 1, duplicates: 0, conflicting: 0, failed: 1, rejected },
    ]);
    delete answers.b;
    expect(await dispatcher.dispatch([message])).toEqual([
      { kind: "recorded", samples: 1, duplicates: 1, conflicting: 0, rejected },
    ]);
    expect(await storedIds(storage)).toEqual(["a", "b"]);
  });

  it("records what contradicts a sample of a moment ago beside it, whichever comes first, and counts it once", async () => {
    const storage = openMemory();
    const dispatcher = dispatcherOn(storage);
    const genuine = judged([sample("a")]);
    const cut = judged([signedMessage({ ...plainSample, message_id: "a", project_id: "another" })]);
    const once = { kind: "recorded", samples: 1, duplicates: 0, conflicting: 0, rejected: [] };
    const again = { ...once, samples: 0, duplicates: 1 };
    expect(await dispatcher.dispatch([cut])).toEqual([once]);
    expect(await dispatcher.dispatch([genuine, cut])).toEqual([{ ...once, conflicting: 1 }, again]);
    expect(await dispatcher.dispatch([cut, genuine])).toEqual([again, again]);
  });

  it("counts no conflict of what storage did not take", async () => {
    const refusing = createDispatcher(answering({ a: { kind: "failed", cause: "down" } }), createRecentlyRecorded());
    const contents = [1n, 2n].map((counter_volume) =>
      judged([signedMessage({ ...plainSample, message_id: "a", counter_volume })]),
    );
    const failed = { kind: "failed", samples: 0, conflicting: 0, failed: 1 };
    expect(await refusing.dispatch(contents)).toMatchObject([failed, failed]);
  });
});
