import { expect, inject, it, onTestFinished } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { openFaultProxy } from "./fault-proxy.ts";
import { LOAD_SECRET, loadSample } from "./load.ts";
import { startCollect } from "./program.ts";
import { scenarioSeed } from "./seed.ts";
import { until } from "./until.ts";
import { depth, openWorld, sendBodies } from "./world.ts";

const MESSAGES = inject("isShort") ? 200 : 1_000;
const SAMPLES_A_MESSAGE = 5;
const MOST_DELIVERIES = 5;
const FAULTY = 0.2;

it("totals what a clean run totals when every message comes one to five times and a fifth of the writes fail", async () => {
  const random = seededRandom(scenarioSeed("redelivery"));
  const world = await openWorld();
  const [database, log] = await Promise.all(
    [world.dynamodb, world.s3AndSqs].map((url) => openFaultProxy(url, random, FAULTY)),
  );
  onTestFinished(async () => void (await Promise.all([database?.close(), log?.close()])));
  const collector = await startCollect([
    ...["--queue", world.queue.url, "--secret", LOAD_SECRET],
    ...["--storage", urls(database?.url ?? "", log?.url ?? "").join(",")],
  ]);
  const bodies = Array.from({ length: MESSAGES }, (_, message) => {
    const numbers = Array.from({ length: SAMPLES_A_MESSAGE }, (__, index) => message * SAMPLES_A_MESSAGE + index);
    return `[${numbers.map((number) => toExactJson(loadSample(number, `s-${number}`))).join(",")}]`;
  });
  const deliveries = shuffled(
    bodies.flatMap((body) => Array.from({ length: 1 + random.integer(MOST_DELIVERIES) }, () => body)),
    random,
  );
  for (let first = 0; first < deliveries.length; first += 10) {
    await sendBodies(world.queue, deliveries.slice(first, first + 10));
  }
  await until("the queue to be empty", async () => (await depth(world.queue)) === 0, 200_000);
  const { queue } = await collector.finish();

  expect(queue && imbalance(queue)).toEqual(balanced);
  expect(await depth(world.deadLetterQueue)).toBe(0);
  const samples = MESSAGES * SAMPLES_A_MESSAGE;
  // The volume of sample n is n, so that a sum notices what a count alone would not.
  const clean = { count: samples, sum: (BigInt(samples) * BigInt(samples - 1)) / 2n };
  const totals = await Promise.all(urls(world.dynamodb, world.s3AndSqs).map(totalOf));
  expect(totals).toEqual([clean, clean]);
  expect(database?.counts.half).toBeGreaterThan(0);
  expect(database?.counts.unprocessed).toBeGreaterThan(0);
  console.log({ deliveries: deliveries.length, dynamodb: database?.counts, s3: log?.counts });
});

function urls(dynamodb: string, s3: string): readonly string[] {
  return [
    `dynamodb://samples?endpoint=${encodeURIComponent(dynamodb)}`,
    `s3://samples/log?endpoint=${encodeURIComponent(s3)}`,
  ];
}

/** As a reader sees it: a log gives each identity once, however often it holds it. */
async function totalOf(url: string): Promise<{ readonly count: number; readonly sum: bigint }> {
  const storage = await openStorage(url, allDrivers, { readOnly: true });
  if (!storage.ok) throw new Error(storage.problem);
  let [count, sum] = [0, 0n];
  for await (const sample of storage.driver.samples({})) {
    count++;
    sum += BigInt(sample.counter_volume);
  }
  await storage.driver.close();
  return { count, sum };
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const left = [...items];
  for (let last = left.length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    const [one, two] = [left[last], left[other]];
    if (one !== undefined && two !== undefined) [left[last], left[other]] = [two, one];
  }
  return left;
}
