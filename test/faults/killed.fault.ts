import { setTimeout as pause } from "node:timers/promises";
import { expect, inject, it } from "vitest";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { seededRandom } from "../support/random.ts";
import { LOAD_SECRET, loadDatagrams, loadSample, openSender } from "./load.ts";
import { machineRate } from "./machine-rate.ts";
import { type CollectProgram, startCollect } from "./program.ts";
import { scenarioSeed } from "./seed.ts";
import { until } from "./until.ts";
import { depth, openWorld, sendBodies, storedIds } from "./world.ts";

const KILLS = inject("isShort") ? 5 : 20;
/** As much as a busy region sends, but no more than this machine stores with ease: what it can't keep up with waits longer. */
const MOST_DATAGRAMS_A_SECOND = 500;
const DATAGRAMS_A_MESSAGE = 10;
/** What docs/architecture.md publishes: the longest that an accepted datagram is in memory only, storage being up. */
const FLUSH_INTERVAL_MS = 1_000;

it(`loses nothing from the queue, and by UDP at most one flush interval, when killed ${KILLS} times`, async () => {
  const random = seededRandom(scenarioSeed("killed"));
  const world = await openWorld();
  const storage = `dynamodb://samples?endpoint=${encodeURIComponent(world.dynamodb)}`;
  const start = (address: string) =>
    startCollect([
      ...["--listen", address, "--queue", world.queue.url, "--spill-queue", world.spillQueue.url],
      ...["--storage", storage, "--secret", LOAD_SECRET],
    ]);
  const perSecond = Math.min(
    MOST_DATAGRAMS_A_SECOND,
    (await machineRate(["--storage", storage, "--secret", LOAD_SECRET])) / 2,
  );
  let collector: CollectProgram = await start("udp://127.0.0.1:0");
  const [address = ""] = collector.listening;
  const sender = await openSender(address);
  let stopped = false;
  // When each was handed to the system, by its number.
  const sentAt: number[] = [];
  const sending = Promise.all([
    sender.send(timed(loadDatagrams(MOST_DATAGRAMS_A_SECOND * 150, "udp"), sentAt), perSecond, () => stopped),
    sendQueue(world.queue, perSecond / DATAGRAMS_A_MESSAGE, () => stopped),
  ]);
  const lives: { readonly killedAt: number; readonly readyAt: number }[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(300 + random.integer(2_000));
    const killedAt = performance.now();
    await collector.kill();
    collector = await start(address);
    lives.push({ killedAt, readyAt: performance.now() });
  }
  await pause(1_000);
  stopped = true;
  const [sentDatagrams, sentMessages] = await sending;
  sender.close();
  await until(
    "both queues to be empty",
    async () => (await depth(world.queue)) + (await depth(world.spillQueue)) === 0,
    120_000,
  );
  const ledgers = await collector.finish();
  const stored = await storedIds(storage);

  expect([ledgers.udp, ledgers.queue].map((ledger) => ledger && imbalance(ledger))).toEqual([balanced, balanced]);
  expect(await depth(world.deadLetterQueue)).toBe(0);
  expect(new Set(stored).size).toBe(stored.length);
  expect(stored.filter((id) => id.startsWith("queue")).length).toBe(sentMessages);
  const ids = new Set(stored);
  const lost = sentAt.slice(0, sentDatagrams).filter((_, number) => !ids.has(`udp-${number}`));
  // Between two lives nobody listens; what was lost from a socket that listened had an age when its process was killed.
  const heard = lost.filter((at) => !lives.some(({ killedAt, readyAt }) => at >= killedAt && at <= readyAt));
  const ages = heard.map((at) => Math.min(...lives.map(({ killedAt }) => killedAt - at).filter((age) => age > 0)));
  const tooOld = ages.filter((age) => age > FLUSH_INTERVAL_MS);
  // The kernel may drop some of its own accord, and only the last process can tell.
  expect(tooOld.length).toBeLessThanOrEqual(ledgers.udp?.figures.KernelDrops ?? 0);
  console.log({
    perSecond,
    sentDatagrams,
    lost: lost.length,
    lostOfThoseHeard: heard.length,
    oldestMs: Math.max(0, ...ages),
  });
});

function* timed(datagrams: readonly Buffer[], sentAt: number[]): Generator<Buffer> {
  for (const datagram of datagrams) {
    yield datagram;
    sentAt.push(performance.now());
  }
}

async function sendQueue(
  queue: Parameters<typeof sendBodies>[0],
  perSecond: number,
  isStopped: () => boolean,
): Promise<number> {
  const started = performance.now();
  let sent = 0;
  while (!isStopped()) {
    const early = started + (sent / perSecond) * 1_000 - performance.now();
    if (early > 0) await pause(early);
    const numbers = Array.from({ length: 10 }, () => sent++);
    await sendBodies(
      queue,
      numbers.map((number) => toExactJson(loadSample(number, `queue-${number}`))),
    );
  }
  return sent;
}
