import { expect, it } from "vitest";
import type { UnstoredAges } from "../../lib/queue/queue-handler.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { handlerOn, plenty, queueRecord, sampleBody } from "./handling.ts";

const NOW = 1_700_000_000_000;
const spillQueue = "https://sqs.eu-west-1.amazonaws.com/123456789012/spill";
const eventSourceARN = "arn:aws:sqs:eu-west-1:123456789012:spill";

function aged(id: string, seconds: number, overrides: Parameters<typeof queueRecord>[2] = {}) {
  const { attributes } = queueRecord(id, "");
  const SentTimestamp = String(NOW - seconds * 1_000);
  return queueRecord(id, sampleBody(id), { attributes: { ...attributes, SentTimestamp }, ...overrides });
}

async function agesAfter(records: readonly ReturnType<typeof aged>[], isDown: boolean): Promise<UnstoredAges> {
  const storage = openMemory();
  let told: UnstoredAges = new Map();
  const { handle } = handlerOn(
    {
      ...storage,
      record: async (all) => (isDown ? all.map(() => ({ kind: "failed", cause: 1 })) : storage.record(all)),
    },
    {
      spillQueue,
      now: () => NOW,
      count(_received, _outcomes, ages) {
        told = ages;
      },
    },
  );
  await handle({ Records: [...records] }, plenty);
  return told;
}

const records = [aged("a", 60), aged("b", 7_200), aged("c", 5), aged("d", 90_000, { eventSourceARN })];

it("the handler tells how long each queue has had the oldest message that it could not store", async () => {
  expect(await agesAfter(records, true)).toEqual(
    new Map([
      ["queue", 7_200],
      ["spillQueue", 90_000],
    ]),
  );
});

it("the handler tells 0 where it stored all, of each queue that it had messages of", async () => {
  expect(await agesAfter(records.slice(0, 3), false)).toEqual(new Map([["queue", 0]]));
});
