import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, it } from "vitest";
import { openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { seededRandom } from "../support/random.ts";
import { LOAD_SECRET, loadSample } from "./load.ts";
import { startCollect } from "./program.ts";
import { scenarioSeed } from "./seed.ts";
import { until } from "./until.ts";
import { depth, openWorld, sendBodies, storedIds } from "./world.ts";

const BATCHES = inject("isShort") ? 50 : 300;
/** Of which one is poison. */
const MESSAGES_A_BATCH = 10;

const poisons: readonly [Poison, ...Poison[]] = [
  { reason: "undecodable", body: (number) => `{"counter_name": "cut-${number}` },
  { reason: "not-a-sample", body: (number) => `[${number}]` },
  { reason: "unsigned", body: (number) => altered(number, (message) => message.delete("message_signature")) },
  { reason: "bad-signature", body: (number) => altered(number, (message) => message.set("counter_volume", -1n)) },
];

interface Poison {
  readonly reason: string;
  body(number: number): string;
}

it("stores all that is good at its first delivery, and puts every poisoned message aside with its reason", async () => {
  const random = seededRandom(scenarioSeed("poison"));
  const world = await openWorld();
  const storage = `dynamodb://samples?endpoint=${encodeURIComponent(world.dynamodb)}`;
  const quarantineUrl = pathToFileURL(join(world.folder, "quarantine")).href;
  const expected = new Map<string, number>();
  const batches = Array.from({ length: BATCHES }, (_, batch) => {
    const poison = random.pick(poisons);
    expected.set(poison.reason, (expected.get(poison.reason) ?? 0) + 1);
    const at = random.integer(MESSAGES_A_BATCH);
    return Array.from({ length: MESSAGES_A_BATCH }, (__, index) => {
      const number = batch * MESSAGES_A_BATCH + index;
      return index === at ? poison.body(number) : toExactJson(loadSample(number, `good-${number}`));
    });
  });
  for (const batch of batches) await sendBodies(world.queue, batch);
  const collector = await startCollect([
    ...["--queue", world.queue.url, "--quarantine", quarantineUrl, "--storage", storage, "--secret", LOAD_SECRET],
  ]);
  await until("the queue to be empty", async () => (await depth(world.queue)) === 0, 120_000);
  const { queue } = await collector.finish();
  const stored = await storedIds(storage);

  expect(queue && imbalance(queue)).toEqual(balanced);
  // As many deliveries as messages: nothing came twice.
  expect(queue?.figures).toMatchObject({
    MessagesReceived: BATCHES * MESSAGES_A_BATCH,
    MessagesRecorded: BATCHES * (MESSAGES_A_BATCH - 1),
    MessagesRejected: BATCHES,
    MessagesFailed: 0,
  });
  expect(stored.length).toBe(BATCHES * (MESSAGES_A_BATCH - 1));
  expect(await depth(world.deadLetterQueue)).toBe(0);
  expect(await reasonsIn(quarantineUrl)).toEqual(Object.fromEntries(expected));
});

function altered(number: number, change: (message: Map<string, unknown>) => unknown): string {
  const message = new Map(loadSample(number, `bad-${number}`));
  change(message);
  return toExactJson(message);
}

async function reasonsIn(url: string): Promise<Readonly<Record<string, number>>> {
  const opened = await openQuarantine(url, { readOnly: true });
  if (!opened.ok) throw new Error(opened.problem);
  const counts: Record<string, number> = {};
  for await (const entry of opened.quarantine.entries({})) {
    const reason = entry.reasons[0]?.reason ?? "none";
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  await opened.quarantine.close();
  return counts;
}
