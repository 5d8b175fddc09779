import { setTimeout as pause } from "node:timers/promises";
import { expect, inject, it } from "vitest";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { openGate } from "./gate.ts";
import { LOAD_SECRET, loadDatagrams, loadSample, openSender } from "./load.ts";
import { startCollect } from "./program.ts";
import { until } from "./until.ts";
import { depth, openWorld, sendBodies, storedIds } from "./world.ts";

const [DOWN_SECONDS, AROUND_SECONDS] = inject("isShort") ? [14, 3] : [30, 8];
/** Half by UDP, half by the queue. */
const EACH_A_SECOND = 1_000;
const SAMPLES_A_MESSAGE = 20;

it(`stores every accepted sample once when storage was down for ${DOWN_SECONDS} s at 2,000 samples a second`, async () => {
  const world = await openWorld();
  const gate = await openGate(world.dynamodb);
  const collector = await startCollect([
    ...["--listen", "udp://127.0.0.1:0", "--queue", world.queue.url, "--spill-queue", world.spillQueue.url],
    ...["--storage", `dynamodb://samples?endpoint=${encodeURIComponent(gate.url)}`, "--secret", LOAD_SECRET],
  ]);
  const total = (DOWN_SECONDS + 2 * AROUND_SECONDS) * EACH_A_SECOND;
  const datagrams = loadDatagrams(total, "udp");
  const bodies = queueBodies(total);
  const sender = await openSender(collector.listening[0] ?? "");

  const sending = Promise.all([sender.send(datagrams, EACH_A_SECOND), sendAll(bodies, world.queue)]);
  await pause(AROUND_SECONDS * 1_000);
  await gate.shut();
  await pause(DOWN_SECONDS * 1_000);
  await gate.open();
  const [sentDatagrams] = await sending;
  sender.close();
  // What failed in the queue shows up again when its back-off is over.
  await until(
    "both queues to be empty",
    async () => (await depth(world.queue)) + (await depth(world.spillQueue)) === 0,
    120_000,
  );
  const { udp, queue } = await collector.finish();
  const stored = await storedIds(`dynamodb://samples?endpoint=${encodeURIComponent(world.dynamodb)}`);
  await gate.close();

  expect(udp && imbalance(udp)).toEqual(balanced);
  expect(queue && imbalance(queue)).toEqual(balanced);
  const { MessagesReceived = 0, KernelDrops = 0, MessagesSpilled = 0 } = udp?.figures ?? {};
  expect(MessagesReceived).toBe(sentDatagrams - KernelDrops);
  expect(MessagesSpilled).toBeGreaterThan(0);
  expect(udp?.figures).toMatchObject({ SamplesShed: 0, SamplesFailed: 0, SamplesRejected: 0, RecordsInFlight: 0 });
  expect(await depth(world.deadLetterQueue)).toBe(0);
  // Each once, and all of them: those that came by UDP as far as the kernel let them through.
  expect(new Set(stored).size).toBe(stored.length);
  expect(stored.filter((id) => id.startsWith("queue")).length).toBe(total);
  expect(stored.filter((id) => id.startsWith("udp")).length).toBe(MessagesReceived);
  console.log({ sentDatagrams, KernelDrops, MessagesSpilled, stored: stored.length });
});

function queueBodies(samples: number): readonly string[] {
  return Array.from({ length: samples / SAMPLES_A_MESSAGE }, (_, message) => {
    const list = Array.from({ length: SAMPLES_A_MESSAGE }, (__, index) => {
      const number = message * SAMPLES_A_MESSAGE + index;
      return toExactJson(loadSample(number, `queue-${number}`));
    });
    return `[${list.join(",")}]`;
  });
}

async function sendAll(bodies: readonly string[], queue: Parameters<typeof sendBodies>[0]): Promise<void> {
  const started = performance.now();
  const perSecond = EACH_A_SECOND / SAMPLES_A_MESSAGE;
  for (let first = 0; first < bodies.length; first += 10) {
    const early = started + (first / perSecond) * 1_000 - performance.now();
    if (early > 0) await pause(early);
    await sendBodies(queue, bodies.slice(first, first + 10));
  }
}
