import { describe, expect, it } from "vitest";
import type { Judge } from "../../lib/judge/judge.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { captureJudge } from "../support/fixtures.ts";
import { handlerOn, queueRecord, sampleBody } from "./handling.ts";

/** Each sample with this id costs so much of the processor, and nothing else gets a turn meanwhile. */
const DEAR_MS = 40;
const DEAR = "dear";

function dearJudge(): Judge {
  const judge = captureJudge();
  return {
    ...judge,
    *items(body, attributes, receipt) {
      for (const result of judge.items(body, attributes, receipt)) {
        const isDear = result.ok && result.value.record.message_id.startsWith(DEAR);
        for (const end = performance.now() + (isDear ? DEAR_MS : 0); performance.now() < end; );
        yield result;
      }
    },
  };
}

function dearBody(name: string): string {
  return `[${Array.from({ length: 25 }, (_, index) => sampleBody(`${DEAR}-${name}-${index}`)).join(",")}]`;
}

function delivered(id: string, body: string, times: number) {
  const { attributes } = queueRecord(id, "");
  return queueRecord(id, body, { attributes: { ...attributes, ApproximateReceiveCount: String(times) } });
}

/** @returns the messages given back, the ids stored, and the milliseconds that it took */
async function handle(Records: readonly ReturnType<typeof delivered>[], milliseconds: number) {
  const storage = openMemory();
  const { handle: answer } = handlerOn(storage, { judge: dearJudge() });
  const begun = performance.now();
  const { batchItemFailures } = await answer(
    { Records: [...Records] },
    { getRemainingTimeInMillis: () => milliseconds - (performance.now() - begun) },
  );
  const took = performance.now() - begun;
  const stored: string[] = [];
  for await (const { message_id } of storage.samples({})) stored.push(message_id);
  return { failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort(), stored: stored.sort(), took };
}

describe("messages that take too long to judge", () => {
  it("are given back before the time is up, and their neighbours are stored, whichever came first", async () => {
    const records = ["a", "b", "c", "d"].map((name) => delivered(name, dearBody(name), 1));
    const good = ["x", "y"].map((name) => delivered(name, sampleBody(name), 1));
    const { failed, stored, took } = await handle([...records, ...good], 2_000);
    expect([failed, stored]).toEqual([
      ["a", "b", "c", "d"],
      ["x", "y"],
    ]);
    expect(took).toBeLessThan(1_500);
  });

  it("cost their neighbours nothing when they come back together", async () => {
    const records = ["a", "b"].map((name) => delivered(name, dearBody(name), 2));
    const good = ["x", "y"].map((name) => delivered(name, sampleBody(name), 2));
    const { failed, stored } = await handle([...records, ...good], 2_000);
    expect([failed, stored]).toEqual([
      ["a", "b"],
      ["x", "y"],
    ]);
  });

  it("are stored once there is time for them, one after another", async () => {
    const records = ["a", "b"].map((name) => delivered(name, dearBody(name), 3));
    const { failed, stored } = await handle(records, 2_800);
    expect([failed, stored.length]).toEqual([["b"], 25]);
  });

  it("keep no timer waiting meanwhile", async () => {
    const begun = performance.now();
    let fired = 0;
    const timer = setTimeout(() => {
      fired = performance.now() - begun;
    }, 10);
    await handle([delivered("a", dearBody("a"), 1)], 2_000);
    clearTimeout(timer);
    expect(fired).toBeGreaterThan(0);
    expect(fired).toBeLessThan(500);
  });
});
