import { expect, it } from "vitest";
import { createIntake } from "../../lib/dispatch/intake.ts";
import { createPendingMessages } from "../../lib/dispatch/pending-messages.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import { createRecordQueue } from "../../lib/dispatch/record-queue.ts";
import type { Spilled } from "../../lib/dispatch/spill-queue.ts";
import { createSpiller } from "../../lib/dispatch/spiller.ts";
import { newCounters } from "../../lib/ledger/socket-counters.ts";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { accept, type Result } from "../../lib/sample/rejection.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Stored } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { eventually } from "../support/eventually.ts";
import { aSample } from "../support/sample-builder.ts";
import { scriptedSpillQueue } from "./scripted-spill-queue.ts";

const peer = { address: "10.0.0.9", port: 4_711 };

const base = aSample();

function genuine(text: string): Genuine {
  const [message_id = "", volume = "1"] = text.split("=");
  return { record: { ...base, message_id, counter_volume: BigInt(volume) }, keyId: "key", size: 1 };
}

/** An intake whose datagrams name the samples that they carry: `a b` carries two, `a=2` another content of `a`. */
function intaking(
  stored: (record: MeteringRecord) => Stored,
  answer: () => Spilled | Promise<Spilled> = () => ({ ok: true }),
) {
  const counters = newCounters();
  const given: string[] = [];
  const told: string[] = [];
  const driver = {
    ...openMemory(),
    record: async (records: readonly MeteringRecord[]) => {
      given.push(...records.map(({ message_id }) => message_id));
      return records.map(stored);
    },
  };
  const queue = createRecordQueue({ driver, lingerMs: 0, retryForMs: 0 });
  const spiller = createSpiller({ queue: scriptedSpillQueue(answer), logger: createLogger(() => {}), lingerMs: 0 });
  const intake = createIntake(
    "udp",
    {
      queue,
      recent: createRecentlyRecorded(),
      pending: createPendingMessages(),
      spiller,
      onRejected: ({ rejected }) => void told.push(...rejected.map(({ reason }) => reason)),
      judge: (bytes): readonly Result<Genuine>[] =>
        Buffer.from(bytes)
          .toString()
          .split(" ")
          .map((id) => accept(genuine(id))),
    },
    counters,
  );
  const receive = (text: string) => intake.receive(Buffer.from(text), peer);
  const settled = async () => {
    await eventually("all settled", () => counters.figures.MessagesInFlight === 0);
    const { udp } = listenerLedgers({ "udp://": counters });
    expect(udp && imbalance(udp)).toEqual(balanced);
  };
  return { counters, given, told, queue, receive, settled };
}

const refused = (): Stored => ({ kind: "failed", cause: "down" });

it("a message that comes again after it was spilled is handled anew", async () => {
  const { counters, given, receive, settled } = intaking(refused);
  receive("a");
  await settled();
  receive("a");
  await settled();
  expect([given, counters.figures.MessagesSpilled]).toEqual([["a", "a"], 2]);
});

it("copies that come while the spill queue has not answered share its answer", async () => {
  let answer: (spilled: Spilled) => void = () => {};
  const { counters, given, receive, settled } = intaking(
    refused,
    () => new Promise<Spilled>((resolve) => (answer = resolve)),
  );
  receive("a");
  await eventually("storage refused it", () => given.length === 1);
  for (let copy = 0; copy < 100; copy++) receive("a");
  expect([counters.figures.MessagesInFlight, counters.figures.RecordsInFlight]).toEqual([101, 101]);
  await eventually("the spill queue is asked", () => {
    answer({ ok: true });
    return counters.figures.MessagesInFlight === 0;
  });
  await settled();
  expect([given, counters.figures.MessagesSpilled, counters.figures.SamplesSpilled]).toEqual([["a"], 101, 101]);
});

it("messages that share some samples each come to their own end", async () => {
  const { counters, given, receive, settled } = intaking(() => ({ kind: "recorded" }));
  receive("a b");
  receive("b c");
  receive("a b");
  await settled();
  expect(counters).toMatchObject({ figures: { MessagesReceived: 3, MessagesRecorded: 3, SamplesDecoded: 6 } });
  expect(new Set(given)).toEqual(new Set(["a", "b", "c"]));
  receive("b c");
  await settled();
  expect(counters.figures).toMatchObject({
    RecordsInFlight: 0,
    SamplesRecorded: given.length,
    SamplesDuplicate: 8 - given.length,
  });
});

it("holds one of many copies also where storage can never take a part of it, and tells of that once", async () => {
  const { counters, given, told, queue, receive, settled } = intaking(({ message_id }) =>
    message_id === "never" ? { kind: "unstorable", detail: "too big" } : refused(),
  );
  for (let copy = 0; copy < 50; copy++) receive("never later");
  expect(queue.held).toBe(2);
  await settled();
  expect([given, told]).toEqual([["never", "later"], ["unstorable"]]);
  expect(counters).toMatchObject({
    figures: { MessagesSpilled: 50, SamplesSpilled: 50, SamplesRecorded: 0 },
    rejected: { unstorable: 50 },
  });
});

it("another content of a sample is no copy of it: both are recorded, also while one is on its way, and counted once", async () => {
  const { counters, given, receive, settled } = intaking(() => ({ kind: "recorded" }));
  for (const text of ["a", "a=2", "a", "b", "a=2 b"]) receive(text);
  await settled();
  for (const text of ["a=2", "a", "a=3"]) receive(text);
  await settled();
  expect(new Set(given)).toEqual(new Set(["a", "b"]));
  expect(counters).toMatchObject({
    figures: { MessagesReceived: 8, MessagesRecorded: 8, SamplesConflicting: 2, SamplesDecoded: 9 },
  });
});

it("a content that storage did not take is in no conflict", async () => {
  const { counters, receive, settled } = intaking(refused);
  for (const text of ["a", "a=2"]) receive(text);
  await settled();
  expect(counters).toMatchObject({ figures: { MessagesSpilled: 2, SamplesConflicting: 0 } });
});
