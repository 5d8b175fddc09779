import { describe, expect, it } from "vitest";
import { createQueueLedger } from "../../lib/ledger/queue-ledger.ts";
import type { Kept, Quarantine } from "../../lib/quarantine/quarantine.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { samplesIn } from "../dispatch/gated-driver.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { plainSample } from "../support/messages.ts";
import { handlerOn, plenty, queueRecord, sampleBody } from "./handling.ts";

const attributes = {
  ApproximateReceiveCount: "1",
  SentTimestamp: "1790000000000",
  SenderId: "",
  ApproximateFirstReceiveTimestamp: "",
};
const unsigned = toExactJson(new Map(Object.entries(plainSample)));
const isUnsigned = {
  reason: "unsigned",
  detail: "message_signature is missing: on a publisher of Ceilometer's, telemetry_secret is empty",
};
const isPoison = {
  reason: "undecodable",
  detail: "not JSON, so read as base64 of msgpack: msgpack: ends too early at byte 1",
};

/** A quarantine that answers as told. */
function quarantine(answer: (suspect: Suspect) => Kept | Promise<Kept> = () => ({ ok: true })) {
  const kept: Suspect[] = [];
  const place: Quarantine = {
    async keep(suspect) {
      kept.push(suspect);
      return answer(suspect);
    },
    async close() {},
  };
  return { kept, place };
}

function message(id: string, body: string) {
  return queueRecord(id, body, { attributes });
}

function arrived(text: string) {
  return {
    form: "text",
    text,
    attributes: {},
    receipt: { listener: "queue", address: undefined, receivedAt: 1_790_000_000_000 },
  };
}

/** A handler that counts, with a storage to look into. */
function handling(place: Quarantine) {
  const storage = openMemory();
  const ledger = createQueueLedger();
  return { storage, ledger, ...handlerOn(storage, { quarantine: place, count: ledger.count }) };
}

describe("the queue handler with a quarantine", () => {
  it("keeps what is rejected, whole or in part, with every reason, and nothing else", async () => {
    const { kept, place } = quarantine();
    const { handle, ledger } = handling(place);
    const part = `[${sampleBody("a")},${unsigned},7]`;
    const Records = [message("1", "poison"), message("2", sampleBody("b")), message("3", part), message("4", "[]")];
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [] });
    expect(kept).toEqual([
      { arrived: arrived("poison"), rejected: [isPoison] },
      {
        arrived: arrived(part),
        rejected: [isUnsigned, { reason: "not-a-sample", detail: "expected a map, got a number" }],
      },
    ]);
    expect(ledger.snapshot().figures).toMatchObject({ MessagesRejected: 1, MessagesPartial: 1, MessagesRecorded: 2 });
  });

  it("answers only after everything is kept", async () => {
    let release = (): void => undefined;
    const written = new Promise<Kept>((resolve) => {
      release = () => resolve({ ok: true });
    });
    const { kept, place } = quarantine(() => written);
    const { handle } = handling(place);
    let answered = false;
    const answer = handle({ Records: [message("1", "poison")] }, plenty).finally(() => {
      answered = true;
    });
    await expect.poll(() => kept.length).toBe(1);
    expect(answered).toBe(false);
    release();
    expect(await answer).toEqual({ batchItemFailures: [] });
  });

  it("gives back a rejected message that could not be kept, and keeps it the next time", async () => {
    let down = true;
    const { kept, place } = quarantine(() => (down ? { ok: false, cause: new Error("throttled") } : { ok: true }));
    const { handle, ledger, log } = handling(place);
    const Records = [message("1", "poison"), message("2", sampleBody("a"))];
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(ledger.snapshot()).toMatchObject({
      figures: { MessagesFailed: 1, MessagesRejected: 0, SamplesFailed: 1, SamplesRejected: 0 },
      rejected: { undecodable: 0 },
    });
    expect(log()).toContainEqual({
      level: "warn",
      message: "messages failed, to be tried again",
      count: 1,
      cause: expect.stringContaining("the quarantine did not take a rejected message"),
    });
    down = false;
    expect(await handle({ Records: Records.slice(0, 1) }, plenty)).toEqual({ batchItemFailures: [] });
    expect(kept.map(({ arrived: { receipt } }) => receipt.receivedAt)).toEqual([1_790_000_000_000, 1_790_000_000_000]);
    expect(imbalance(ledger.snapshot())).toEqual(balanced);
  });

  it("gives back a message in part recorded that could not be kept, and writes no sample twice", async () => {
    let down = true;
    const { place } = quarantine(() => (down ? { ok: false, cause: "down" } : { ok: true }));
    const { handle, ledger, storage } = handling(place);
    const Records = [message("1", `[${sampleBody("a")},${unsigned},${sampleBody("b")}]`)];
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(ledger.snapshot().figures).toMatchObject({ MessagesFailed: 1, SamplesRecorded: 2, SamplesFailed: 1 });
    down = false;
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [] });
    expect(ledger.snapshot()).toMatchObject({
      figures: { MessagesReceived: 2, MessagesFailed: 1, MessagesPartial: 1, SamplesRecorded: 2, SamplesDuplicate: 2 },
      rejected: { unsigned: 1 },
    });
    expect(imbalance(ledger.snapshot())).toEqual(balanced);
    expect(await samplesIn(storage)).toHaveLength(2);
  });

  it("keeps nothing of a message that storage refused: it comes back, and is looked at then", async () => {
    const { kept, place } = quarantine();
    const { handle } = handlerOn(
      { ...openMemory(), record: async (records) => records.map(() => ({ kind: "failed", cause: "down" })) },
      { quarantine: place },
    );
    const Records = [message("1", `[${sampleBody("a")},${unsigned}]`)];
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(kept).toEqual([]);
  });

  it("gives back what the invocation's time ran out on, and nothing kept is lost", async () => {
    const { place } = quarantine(() => new Promise(() => {}));
    const { handle, ledger } = handling(place);
    const Records = [message("1", "poison"), message("2", sampleBody("a"))];
    const answer = await handle({ Records }, { getRemainingTimeInMillis: () => 1_100 });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }, { itemIdentifier: "2" }] });
    expect(imbalance(ledger.snapshot())).toEqual(balanced);
  });

  it("writes a whole batch of rejected messages, a few at a time", async () => {
    let [now, most] = [0, 0];
    const { kept, place } = quarantine(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return { ok: true };
    });
    const { handle } = handling(place);
    const Records = Array.from({ length: 250 }, (_, index) => message(`${index}`, `poison ${index}`));
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [] });
    expect(kept.map((suspect) => suspect.arrived.form === "text" && suspect.arrived.text)).toEqual(
      Records.map(({ body }) => body),
    );
    expect(most).toBe(16);
  });
});
