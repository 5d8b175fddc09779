import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Judge } from "../../lib/judge/judge.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { createQueues } from "../../lib/queue/create-queue.ts";
import { strikes } from "../../lib/queue/deliveries.ts";
import { mostReceipts } from "../../lib/queue/invocation/retry-pauses.ts";
import { polledEvent } from "../../lib/queue/polled-event.ts";
import { createPoller } from "../../lib/queue/poller.ts";
import type { Queue } from "../../lib/queue/queue-client.ts";
import type { QueueHandlerOptions } from "../../lib/queue/queue-handler.ts";
import { sendMessage } from "../../lib/queue/send-message.ts";
import { createSourceQueues } from "../../lib/queue/source-queues.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { type EmbeddedQueues, startQueues, takeAll } from "../support/embedded-queues.ts";
import { eventually } from "../support/eventually.ts";
import { captureJudge } from "../support/fixtures.ts";
import { handlerOn, plenty, sampleBody } from "./handling.ts";

let queues: EmbeddedQueues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.stop());
// The embedded queue tells the time by it: hours pass at a word, while sockets and timers go on as ever.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);
const isDown: StorageDriver["record"] = async (all) => all.map(() => ({ kind: "failed", cause: "down" }));

async function open(name: string, maxReceiveCount = mostReceipts) {
  const service = queues.open((await queues.create(`${name}-service`)).queueUrl);
  const { queueUrl, deadLetterQueueUrl } = await createQueues(service.client, name, maxReceiveCount);
  return { queue: queues.open(queueUrl), deadLetters: queues.open(deadLetterQueueUrl) };
}

function handlerOf(queue: Queue, options: Partial<QueueHandlerOptions> & { readonly storage?: StorageDriver } = {}) {
  const { storage = { ...openMemory(), record: isDown }, ...others } = options;
  const lines: string[] = [];
  const sources = createSourceQueues(
    createLogger((line) => lines.push(line)),
    [queue],
  );
  const { handle, log } = handlerOn(storage, { sources, random: () => 1, ...others });
  return { handle, log, sourcesLog: () => lines.map((line) => JSON.parse(line)) };
}

/** Gives what is visible to the handler, as the event source does, and deletes what is done. @returns how many came */
async function invoke(queue: Queue, handle: ReturnType<typeof handlerOf>["handle"]): Promise<number> {
  const messages = await takeAll(queue, 185);
  if (messages.length > 0) await handle(polledEvent(messages, queue.url), plenty);
  return messages.length;
}

describe("a message that storage does not take", () => {
  it("comes back after ten seconds, and after twice as long each time, up to ten minutes", async () => {
    const { queue } = await open("backs-off");
    const { handle, sourcesLog } = handlerOf(queue);
    await sendMessage(queue, sampleBody("one"));
    const gaps: number[] = [];
    for (let gap = 0; gaps.length < 9; gap += 10) {
      if ((await invoke(queue, handle)) === 1) {
        gaps.push(gap);
        gap = 0;
      }
      pass(10);
    }
    expect(gaps).toEqual([0, 10, 20, 40, 80, 160, 320, 600, 600]);
    expect(sourcesLog()).toEqual([]);
  });

  it("is hidden by the poller as well, and its neighbour that can never be stored is deleted", async () => {
    const { queue } = await open("polled");
    const { handle } = handlerOf(queue);
    const poller = createPoller(
      queue,
      handle,
      createLogger(() => {}),
    );
    await sendMessage(queue, sampleBody("one"));
    await sendMessage(queue, "no sample");
    poller.start();
    await eventually("both were handled", () => poller.counters().failed + poller.counters().deleted === 2);
    pass(10);
    await eventually("it came again", () => poller.counters().received === 3);
    await poller.stop();
    expect(poller.counters()).toMatchObject({ deleted: 1, undeleted: 0 });
  });

  it("comes back when its queue says where its visibility can't be changed, and the log says so", async () => {
    const { queue } = await open("can-not-hide");
    const closed = queues.open(queue.url);
    const { handle, sourcesLog } = handlerOf(closed);
    await sendMessage(queue, sampleBody("one"));
    closed.client.destroy();
    expect(await invoke(queue, handle)).toBe(1);
    expect(sourcesLog()).toEqual([
      expect.objectContaining({ level: "warn", messages: 1, message: expect.stringContaining("could not be changed") }),
    ]);
    pass(184);
    expect(await takeAll(queue)).toHaveLength(0);
    pass(1);
    expect(await takeAll(queue)).toHaveLength(1);
  });

  it("is neither judged nor given to storage while storage is known to be down", async () => {
    const { queue } = await open("known-down");
    let calls = 0;
    const record: StorageDriver["record"] = async () => {
      calls++;
      return [];
    };
    const { handle, log } = handlerOf(queue, { storage: { ...openMemory(), record }, isStorageDown: () => true });
    await sendMessage(queue, sampleBody("one"));
    await invoke(queue, handle);
    expect([calls, log()[0]?.cause]).toEqual([0, expect.stringContaining("known to be down")]);
    pass(10);
    expect(await takeAll(queue)).toHaveLength(1);
  });
});

describe("a message that ends the process", () => {
  /** Whoever handles it is no more, and nobody answers. */
  class Killed extends Error {}

  const judge: Judge = {
    ...captureJudge(),
    items(body, ...others) {
      if (body.includes("deadly")) throw new Killed();
      return captureJudge().items(body, ...others);
    },
  };

  /** As Lambda does for hours: a function that dies leaves its messages to the queue. @returns how often it died */
  async function live(queue: Queue, storage: StorageDriver, hours: number): Promise<number> {
    let deaths = 0;
    let came = 0;
    // A batch window; and where nothing came, more of them at once.
    for (const end = Date.now() + hours * 3_600_000; Date.now() < end; pass(came > 0 ? 5 : 60)) {
      const { handle } = handlerOf(queue, { storage, judge, setsSuspectsApart: true, random: Math.random });
      try {
        came = await invoke(queue, handle);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        deaths++;
      }
    }
    return deaths;
  }

  it("is a dead letter after its last strike, alone: its neighbours are stored and gone", async () => {
    // Two strikes, to make fewer calls than the ten of what is deployed.
    const { queue, deadLetters } = await open("deadly", (2 * mostReceipts) / strikes);
    const storage = openMemory();
    for (const id of ["a", "b", "deadly", "c"]) await sendMessage(queue, sampleBody(id));
    const deaths = await live(queue, storage, 3);
    const stored: string[] = [];
    for await (const { message_id } of storage.samples({})) stored.push(message_id);
    expect(stored.sort()).toEqual(["a", "b", "c"]);
    expect(deaths).toBeLessThan(35);
    expect(await takeAll(queue)).toEqual([]);
    expect((await takeAll(deadLetters)).map(({ Body }) => Body)).toEqual([sampleBody("deadly")]);
  });
});
