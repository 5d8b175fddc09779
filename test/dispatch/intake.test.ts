import { describe, expect, it } from "vitest";
import { createIntake } from "../../lib/dispatch/intake.ts";
import { createPendingMessages } from "../../lib/dispatch/pending-messages.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import { createRecordQueue } from "../../lib/dispatch/record-queue.ts";
import type { SpilledMessage } from "../../lib/dispatch/spill-queue.ts";
import { createSpiller, type Spiller } from "../../lib/dispatch/spiller.ts";
import { Unspillable } from "../../lib/dispatch/unspillable.ts";
import { newCounters } from "../../lib/ledger/socket-counters.ts";
import type { ListenerOptions } from "../../lib/listener/socket/listener.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { accept, type Result, reject } from "../../lib/sample/rejection.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Stored } from "../../lib/storage/driver.ts";
import { expectCounters } from "../ledger/ledger.ts";
import { eventually } from "../support/eventually.ts";
import { aSample } from "../support/sample-builder.ts";
import { openGated, samplesIn } from "./gated-driver.ts";
import { scriptedSpillQueue } from "./scripted-spill-queue.ts";

const peer = { address: "10.0.0.9", port: 4_711 };
const silent = createLogger(() => {});
const base = aSample();

/** What becomes of one sample of a message. */
const sampleFates = ["rejected", "duplicate", "recorded", "unstorable", "failed"] as const;
type SampleFate = (typeof sampleFates)[number];

/** Every message of up to three samples, whatever becomes of each. */
function everyMessage(): readonly (readonly SampleFate[])[] {
  let longest: readonly (readonly SampleFate[])[] = [[]];
  const all = [...longest];
  for (let samples = 1; samples <= 3; samples++) {
    longest = longest.flatMap((shorter) => sampleFates.map((fate) => [...shorter, fate]));
    all.push(...longest);
  }
  return all;
}

let made = 0;

function genuine(fate: SampleFate): Genuine {
  const message_id = `${fate} ${made++}`;
  return { record: { ...base, message_id }, keyId: "key", size: 1 };
}

/** Does with each record as its message id says. */
function storing(records: readonly MeteringRecord[]): readonly Stored[] {
  return records.map(({ message_id }): Stored => {
    if (message_id.startsWith("failed")) return { kind: "failed", cause: "down" };
    return message_id.startsWith("unstorable") ? { kind: "unstorable", detail: "too big" } : { kind: "recorded" };
  });
}

const spillers: Readonly<Record<string, () => Spiller | undefined>> = {
  "no spill queue": () => undefined,
  "a spill queue": () => createSpiller({ queue: scriptedSpillQueue(), logger: silent, lingerMs: 1 }),
  "a spill queue that never takes them": () => {
    const queue = scriptedSpillQueue(() => ({ ok: false, cause: new Unspillable("too large") }));
    return createSpiller({ queue, logger: silent, lingerMs: 1 });
  },
};

/** What the counters of one message have to be in the end. */
function expected(fates: readonly SampleFate[], isFull: boolean, spilling: string) {
  const count = (...those: readonly SampleFate[]) => fates.filter((fate) => those.includes(fate)).length;
  const recorded = isFull ? 0 : count("recorded");
  const unstorable = isFull ? 0 : count("unstorable");
  const left = isFull ? count("recorded", "unstorable", "failed") : count("failed");
  const rejections = count("rejected") + unstorable;
  const stored = recorded + count("duplicate");
  const lost = spilling === "no spill queue" && !isFull ? "Failed" : "Shed";
  const end = spilling === "a spill queue" ? "Spilled" : lost;
  const whole = rejections === 0 ? "Recorded" : stored > 0 ? "Partial" : "Rejected";
  return {
    MessagesReceived: 1,
    MessagesRejected: 0,
    [`Messages${left > 0 ? end : whole}`]: 1,
    rejected: { unsigned: count("rejected"), unstorable },
    SamplesDecoded: fates.length,
    SamplesRecorded: recorded,
    SamplesDuplicate: count("duplicate"),
    ...{ SamplesFailed: 0, SamplesSpilled: 0, SamplesShed: 0, [`Samples${end}`]: left },
  };
}

function rig(options: Partial<ListenerOptions> & Pick<ListenerOptions, "judge" | "queue">) {
  const counters = newCounters();
  const recent = options.recent ?? createRecentlyRecorded();
  return {
    counters,
    intake: createIntake("udp", { host: "", port: 0, recent, pending: createPendingMessages(), ...options }, counters),
  };
}

describe("the intake of a listener", () => {
  const combinations = Object.keys(spillers).flatMap((spilling) => [
    [spilling, "room for it", false] as const,
    [spilling, "a full queue", true] as const,
  ]);

  it.each(combinations)(
    "ends every message once, and every sample of it, with %s and %s",
    async (spilling, _, isFull) => {
      const capacity = isFull ? 0 : 10_000;
      const queue = createRecordQueue({ driver: openGated(storing), capacity, lingerMs: 1, retryForMs: 0 });
      const spiller = spillers[spilling]?.();
      const recent = createRecentlyRecorded();
      const all = everyMessage().map((fates) => {
        const judged = fates.map((fate): Result<Genuine> => {
          if (fate === "rejected") return reject("unsigned", "no signature");
          const one = genuine(fate);
          if (fate === "duplicate") recent.add(one);
          return accept(one);
        });
        const { counters, intake } = rig({ judge: () => judged, queue, spiller, recent });
        intake.receive(Buffer.from("bytes"), peer);
        return { fates, counters };
      });
      expect(all).toHaveLength(1 + 5 + 25 + 125);
      expect(await queue.drain(1_000)).toBe(true);
      await spiller?.drain(1_000);
      for (const { fates, counters } of all) expectCounters(counters, expected(fates, isFull, spilling));
    },
  );

  it("spills the message's own bytes with its receipt, once, whatever is missing of it", async () => {
    const queue = createRecordQueue({ driver: openGated(storing), lingerMs: 1, retryForMs: 0 });
    const spilled: SpilledMessage[] = [];
    const spill = scriptedSpillQueue((messages) => {
      spilled.push(...messages);
      return { ok: true };
    });
    const spiller = createSpiller({ queue: spill, logger: silent, lingerMs: 1 });
    const judged = [accept(genuine("failed")), accept(genuine("recorded")), accept(genuine("failed"))];
    const { counters, intake } = rig({ judge: () => judged, queue, spiller });
    const before = Date.now();
    intake.receive(Buffer.from("an envelope"), peer);
    await eventually("it is spilled", () => counters.figures.MessagesSpilled === 1);
    expect(spilled).toEqual([
      {
        bytes: new Uint8Array(Buffer.from("an envelope")),
        receipt: { listener: "udp", address: "10.0.0.9", receivedAt: expect.any(Number) },
      },
    ]);
    const receivedAt = spilled[0]?.receipt.receivedAt ?? 0;
    expect([before <= receivedAt, receivedAt <= Date.now()]).toEqual([true, true]);
  });

  it("writes a message once that comes again before and after it was recorded", async () => {
    const driver = openGated();
    const queue = createRecordQueue({ driver, lingerMs: 1 });
    const again = accept(genuine("recorded"));
    const { counters, intake } = rig({ judge: () => [again], queue });
    intake.receive(Buffer.of(1), peer);
    for (let copy = 0; copy < 3; copy++) intake.receive(Buffer.of(1), peer);
    expect([counters.figures.MessagesInFlight, queue.held]).toEqual([4, 1]);
    await eventually("all recorded", () => counters.figures.MessagesRecorded === 4);
    for (let delivery = 0; delivery < 5; delivery++) intake.receive(Buffer.of(1), peer);
    expectCounters(counters, { MessagesReceived: 9, MessagesRecorded: 9, SamplesRecorded: 1, SamplesDuplicate: 8 });
    expect([driver.calls, (await samplesIn(driver)).length]).toEqual([[1], 1]);
  });

  it("holds one message however often it comes while storage hangs, and lets all copies share its fate", async () => {
    const driver = openGated();
    driver.shut();
    const queue = createRecordQueue({ driver, lingerMs: 1 });
    const judged = [accept(genuine("recorded")), reject("unsigned", "no"), accept(genuine("failed"))];
    const { counters, intake } = rig({ judge: () => judged, queue });
    for (let copy = 0; copy < 1_000; copy++) intake.receive(Buffer.of(1), peer);
    expect([counters.figures.MessagesInFlight, counters.figures.RecordsInFlight, queue.held]).toEqual([
      1_000,
      2_000 + 999,
      2,
    ]);
    await queue.drain(10);
    expect(counters).toMatchObject({
      figures: { MessagesFailed: 1_000, MessagesInFlight: 0, SamplesFailed: 2_000, RecordsInFlight: 0 },
      rejected: { unsigned: 1_000 },
    });
  });

  it("tells of everything rejected in a message at once, and of what storage refuses later by itself", async () => {
    const queue = createRecordQueue({ driver: openGated(storing), lingerMs: 1 });
    const told: [Suspect, string][] = [];
    const proved = { ...reject("ambiguous", "two"), signature: "5e" };
    const judged = [reject("unsigned", "one"), accept(genuine("unstorable")), proved];
    const onRejected = (suspect: Suspect, from: string) => told.push([suspect, from]);
    const { counters, intake } = rig({ judge: () => judged, queue, onRejected });
    intake.receive(Buffer.from("bytes"), peer);
    await eventually("all told", () => told.length === 2);
    const arrived = {
      form: "bytes",
      bytes: new Uint8Array(Buffer.from("bytes")),
      receipt: { listener: "udp", address: "10.0.0.9", receivedAt: expect.any(Number) },
    };
    expect(told).toEqual([
      [
        {
          arrived,
          rejected: [
            { reason: "unsigned", detail: "one" },
            { reason: "ambiguous", detail: "two", signature: "5e" },
          ],
        },
        "10.0.0.9:4711",
      ],
      [{ arrived, rejected: [{ reason: "unstorable", detail: "too big" }] }, "10.0.0.9:4711"],
    ]);
    expectCounters(counters, {
      MessagesReceived: 1,
      MessagesRejected: 1,
      SamplesDecoded: 3,
      rejected: { unsigned: 1, ambiguous: 1, unstorable: 1 },
    });
  });
});
