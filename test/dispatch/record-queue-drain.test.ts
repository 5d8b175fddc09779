import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRecordQueue, type RecordQueueOptions } from "../../lib/dispatch/record-queue.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Stored } from "../../lib/storage/driver.ts";
import { eventually } from "../support/eventually.ts";
import { aSample } from "../support/sample-builder.ts";
import { type Mood, moodScript, openErratic } from "./erratic-driver.ts";
import { openFateBook } from "./fate-book.ts";
import { openGated } from "./gated-driver.ts";

const recorded: Stored = { kind: "recorded" };
/** Longer than any test: only size or a drain sends a batch. */
const NEVER_MS = 1_000_000;

function samples(count: number): MeteringRecord[] {
  return Array.from({ length: count }, () => aSample());
}

describe("draining a record queue", () => {
  it("is done at once when there is nothing", async () => {
    const queue = createRecordQueue({ driver: openGated() });
    expect(await queue.drain(NEVER_MS)).toBe(true);
    expect(await queue.drain(NEVER_MS)).toBe(true);
  });

  it("does not wait for the next attempt of what storage refused", async () => {
    let refusing = true;
    const driver = openGated((records) => (refusing ? records.map(() => ({ kind: "failed", cause: "" })) : undefined));
    const queue = createRecordQueue({ driver, lingerMs: 1 });
    const book = openFateBook();
    const record = aSample();
    queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000);
    await eventually("several attempts", () => driver.calls.length === 4 && driver.pending === 0);
    refusing = false;
    const started = performance.now();
    expect(await queue.drain(NEVER_MS)).toBe(true);
    expect(performance.now() - started).toBeLessThan(300);
    expect(book.of([record])).toStrictEqual([[recorded]]);
  });

  it("ends at its deadline, with everything left counted failed once, even if storage answers later", async () => {
    const driver = openGated();
    driver.shut();
    const lost: unknown[] = [];
    const queue = createRecordQueue({
      driver,
      batchSize: 2,
      maxBatchesInFlight: 1,
      onFailed: (records, cause) => lost.push(records, cause),
    });
    const book = openFateBook();
    const records = samples(5);
    for (const record of records) queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000);
    expect(await queue.drain(30)).toBe(false);
    const cause = new Error("storage did not take it before the collector had to stop");
    expect(queue.held).toBe(0);
    expect(driver.pending).toBe(1);
    driver.open();
    const late = aSample();
    queue.enqueue([{ record: late, settled: book.settledFor(late) }], 1_000);
    expect(await queue.drain(NEVER_MS)).toBe(true);
    expect(book.of([...records, late])).toStrictEqual([...records.map(() => [{ kind: "failed", cause }]), [recorded]]);
    expect(lost.filter(Array.isArray).flat()).toStrictEqual(records);
  });

  it("settles every record exactly once with a storage that fails at random", async () => {
    const limits = fc.record({
      batchSize: fc.integer({ min: 1, max: 7 }),
      maxBatchesInFlight: fc.integer({ min: 1, max: 3 }),
      retryForMs: fc.constantFrom(0, 5, 1_000),
    });
    const settlesOnce = async (script: readonly Mood[], count: number, options: Partial<RecordQueueOptions>) => {
      const lost: MeteringRecord[] = [];
      const driver = openErratic(script);
      const queue = createRecordQueue({
        driver,
        lingerMs: 1,
        ...options,
        onFailed: (records) => lost.push(...records),
      });
      const book = openFateBook();
      const records = samples(count);
      for (const record of records) queue.enqueue([{ record: record, settled: book.settledFor(record) }], 1_000);
      await queue.drain(50);
      const fates = book.of(records);
      expect(fates.map((told) => told?.length)).toStrictEqual(records.map(() => 1));
      const failed = records.filter((_, index) => fates[index]?.[0]?.kind === "failed");
      expect(new Set(lost)).toStrictEqual(new Set(failed));
      expect(lost).toHaveLength(failed.length);
      expect(queue.held).toBe(0);
    };
    await fc.assert(fc.asyncProperty(moodScript, fc.nat(40), limits, settlesOnce), { numRuns: 40 });
  });
});
