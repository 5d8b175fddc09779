import { describe, expect, it } from "vitest";
import { createRecordQueue } from "../../lib/dispatch/record-queue.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Stored } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { eventually } from "../support/eventually.ts";
import { aSample } from "../support/sample-builder.ts";
import { openFateBook } from "./fate-book.ts";
import { openGated, samplesIn } from "./gated-driver.ts";

const recorded: Stored = { kind: "recorded" };
/** Longer than any test: only size or a drain sends a batch. */
const NEVER_MS = 1_000_000;

function samples(count: number): MeteringRecord[] {
  return Array.from({ length: count }, () => aSample());
}

describe("a record queue", () => {
  it("sends a batch as soon as it is full, and keeps the rest waiting", async () => {
    const driver = openGated();
    const queue = createRecordQueue({ driver, batchSize: 3, lingerMs: NEVER_MS });
    const book = openFateBook();
    const records = samples(7);
    for (const record of records)
      expect(queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000)).toBe(true);
    expect(driver.calls).toStrictEqual([]);
    await eventually("two batches stored", () => book.fates.size === 6);
    expect(driver.calls).toStrictEqual([3, 3]);
    expect(queue.held).toBe(1);
    expect(await queue.drain(NEVER_MS)).toBe(true);
    expect(driver.calls).toStrictEqual([3, 3, 1]);
    expect(book.of(records)).toStrictEqual(records.map(() => [recorded]));
    expect(await samplesIn(driver)).toHaveLength(7);
  });

  it("sends a batch that is not full once its first record has lingered", async () => {
    const driver = openGated();
    const queue = createRecordQueue({ driver, lingerMs: 30 });
    const started = performance.now();
    for (const record of samples(2)) queue.enqueue([{ record: record, settled: () => undefined }], 1_000);
    await eventually("the batch stored", () => queue.held === 0);
    expect(driver.calls).toStrictEqual([2]);
    // A timer may fire a millisecond early.
    expect(performance.now() - started).toBeGreaterThan(28);
  });

  it("holds no more than its capacity, whether waiting or on the way, and takes more when there is room", async () => {
    const driver = openGated();
    driver.shut();
    const queue = createRecordQueue({ driver, capacity: 5, batchSize: 2, lingerMs: 1 });
    const taken = samples(8).map((record) => queue.enqueue([{ record: record, settled: () => undefined }], 1_000));
    expect(taken).toStrictEqual([true, true, true, true, true, false, false, false]);
    await eventually("all on the way", () => driver.pending === 3);
    expect({ held: queue.held, room: queue.room }).toStrictEqual({ held: 5, room: 0 });
    driver.open();
    await eventually("all stored", () => queue.held === 0);
    expect(queue.room).toBe(5);
  });

  it("takes no more while what it holds is large, however few records those are", async () => {
    const driver = openGated();
    driver.shut();
    const queue = createRecordQueue({ driver, maxBytes: 100_000, lingerMs: 1 });
    const offer = () => samples(1).map((record) => ({ record, settled: () => undefined }));
    const taken = [60_000, 60_000, 1].map((bytes) => queue.enqueue(offer(), bytes));
    expect([taken, queue.held, queue.room]).toStrictEqual([[true, true, false], 2, 0]);
    driver.open();
    await eventually("all stored", () => queue.held === 0);
    expect(queue.room).toBe(10_000);
  });

  it("has room again as soon as all records of a large message have come to an end", async () => {
    let refuses = true;
    const memory = openMemory();
    const driver = {
      ...memory,
      record: async (records: readonly MeteringRecord[]): Promise<readonly Stored[]> =>
        records.map((_, index) => (refuses && index === 1 ? { kind: "failed", cause: "down" } : { kind: "recorded" })),
    };
    const queue = createRecordQueue({ driver, maxBytes: 100_000, lingerMs: 0, batchSize: 3 });
    const offers = (count: number) => samples(count).map((record) => ({ record, settled: () => undefined }));
    queue.enqueue(offers(3), 100_000);
    await eventually("two of three stored", () => queue.held === 1);
    // The third is held with all of its message.
    expect(queue.room).toBe(0);
    refuses = false;
    await eventually("all stored", () => queue.held === 0);
    expect(queue.room).toBe(10_000);
  });

  it("has no more batches in flight than allowed", async () => {
    const driver = openGated();
    driver.shut();
    const queue = createRecordQueue({ driver, batchSize: 2, lingerMs: 1, maxBatchesInFlight: 2 });
    for (const record of samples(9)) queue.enqueue([{ record: record, settled: () => undefined }], 1_000);
    await eventually("two batches on the way", () => driver.pending === 2);
    driver.open();
    await eventually("all stored", () => queue.held === 0);
    expect(driver.calls).toStrictEqual([2, 2, 2, 2, 1]);
  });

  it("calls back those who wait for room, in the order in which they asked, but not who gave up", async () => {
    const driver = openGated();
    driver.shut();
    const queue = createRecordQueue({ driver, capacity: 1, lingerMs: 1 });
    const order: string[] = [];
    const enqueueAs = (name: string) => () => {
      order.push(name);
      queue.enqueue([{ record: aSample(), settled: () => undefined }], 1_000);
    };
    queue.enqueue([{ record: aSample(), settled: () => undefined }], 1_000);
    queue.whenRoom(enqueueAs("first"));
    const giveUp = queue.whenRoom(enqueueAs("impatient"));
    queue.whenRoom(enqueueAs("second"));
    giveUp();
    giveUp();
    driver.open();
    await eventually("both took their turn", () => queue.held === 0 && order.length === 2);
    expect(order).toStrictEqual(["first", "second"]);
    queue.whenRoom(enqueueAs("third"));
    await eventually("one who need not wait is called too", () => order.length === 3);
    await queue.drain(NEVER_MS);
  });

  it("tries again only what storage refused", async () => {
    const [good, refused, hopeless] = [aSample(), aSample(), aSample()];
    const tried: string[][] = [];
    const driver = openGated((records) => {
      tried.push(records.map(({ message_id }) => message_id));
      return records.map((record): Stored => {
        if (record === hopeless) return { kind: "unstorable", detail: "500 KB; an item holds 400 KB" };
        return record === refused && tried.length < 3 ? { kind: "failed", cause: "throttled" } : recorded;
      });
    });
    const queue = createRecordQueue({ driver, lingerMs: 1 });
    const book = openFateBook();
    for (const record of [good, refused, hopeless])
      queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000);
    await eventually("all settled", () => queue.held === 0);
    expect(tried).toStrictEqual([
      [good.message_id, refused.message_id, hopeless.message_id],
      [refused.message_id],
      [refused.message_id],
    ]);
    expect(book.of([good, refused, hopeless])).toStrictEqual([
      [recorded],
      [recorded],
      [{ kind: "unstorable", detail: "500 KB; an item holds 400 KB" }],
    ]);
  });

  it("gives up what storage refuses for too long, and hands it over by cause", async () => {
    const [one, two, other] = [aSample(), aSample(), aSample()];
    const driver = openGated((records) =>
      records.map((record) => ({ kind: "failed", cause: record === other ? "denied" : "throttled" })),
    );
    const lost: unknown[] = [];
    const onFailed = (records: readonly MeteringRecord[], cause: unknown) => lost.push([records, cause, queue.held]);
    const queue = createRecordQueue({ driver, lingerMs: 50, retryForMs: 200, onFailed });
    const book = openFateBook();
    const started = performance.now();
    for (const record of [one, other, two])
      queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000);
    await eventually("given up", () => queue.held === 0);
    expect(performance.now() - started).toBeGreaterThan(198);
    expect(driver.calls.length).toBeGreaterThan(2);
    expect(lost).toStrictEqual([
      [[one, two], "throttled", 0],
      [[other], "denied", 0],
    ]);
    expect(book.of([one, other, two])).toStrictEqual([
      [{ kind: "failed", cause: "throttled" }],
      [{ kind: "failed", cause: "denied" }],
      [{ kind: "failed", cause: "throttled" }],
    ]);
  });

  it("counts every record failed, once and at once, when a driver throws", async () => {
    const fault = new TypeError("a programmer's error");
    const driver = openGated(() => {
      throw fault;
    });
    const lost: unknown[] = [];
    const queue = createRecordQueue({ driver, lingerMs: 1, onFailed: (records, cause) => lost.push(records, cause) });
    const book = openFateBook();
    const records = samples(3);
    for (const record of records) queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000);
    await eventually("settled", () => queue.held === 0);
    expect(driver.calls).toStrictEqual([3]);
    expect(book.of(records)).toStrictEqual(records.map(() => [{ kind: "failed", cause: fault }]));
    expect(lost).toStrictEqual([records, fault]);
  });

  it("counts those failed for which a driver gives no answer", async () => {
    const driver = openGated((records) => records.slice(1).map(() => recorded));
    const queue = createRecordQueue({ driver, lingerMs: 1 });
    const book = openFateBook();
    const records = samples(3);
    for (const record of records) queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000);
    await eventually("settled", () => queue.held === 0);
    expect(book.of(records)).toStrictEqual([
      [recorded],
      [recorded],
      [{ kind: "failed", cause: new Error("storage memory answered for 2 of 3 records") }],
    ]);
  });
});
