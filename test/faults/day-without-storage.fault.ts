import type { SQSRecord } from "aws-lambda";
import { expect, inject, it } from "vitest";
import { createDispatcher } from "../../lib/dispatch/dispatcher.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import { createStorageBreaker } from "../../lib/dispatch/storage-breaker.ts";
import type { RecordingDriver } from "../../lib/dispatch/watched-storage.ts";
import type { Judge } from "../../lib/judge/judge.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { mostReceipts } from "../../lib/queue/invocation/retry-pauses.ts";
import { createQueueHandler, type QueueHandler } from "../../lib/queue/queue-handler.ts";
import type { SourceQueues } from "../../lib/queue/source-queues.ts";
import { plenty, sampleBody } from "../queue/handling.ts";
import { captureJudge, captureKeys } from "../support/fixtures.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { scenarioSeed } from "./seed.ts";
import { SimulatedQueue } from "./simulated-queue.ts";

/** Each message that is simulated, and each invocation's share of its batch, stands for so many. */
const SCALE = 100;
const HOUR = 3_600;
const [OUTAGE, AROUND] = inject("isShort") ? [(2 / 3) * HOUR, HOUR / 6] : [24 * HOUR, HOUR];
const A_SECOND = 500 / SCALE;
/** What is deployed: Lambda's invocations at a time, and the messages that each gets. */
const INVOCATIONS = 10;
const BATCH = 100 / SCALE;
const QUOTA = 120_000 / SCALE;
const HIDDEN_SECONDS = 185;
const FUNCTION_SECONDS = 30;
/** Assumed: an invocation's own time, storage's for each message, and that of a call which is never answered. */
const [OWN_MS, MESSAGE_MS, HANGING_MS] = [50, 5, 25_000];
/** Each so many-th message has been changed on its way, and one ends whoever judges it. */
const CHANGED = 1_000;
const DEADLY = 700;
/** List prices in us-east-1, as docs/deploy.md has them. */
const price = { gigabyteSecond: 0.000_013_333_4, invocation: 0.2e-6, call: 0.4e-6 };

class Killed extends Error {}

function bodyOf(number: number): string {
  if (number === DEADLY) return sampleBody("deadly");
  const body = sampleBody(`m-${number}`);
  return number % CHANGED === 0 ? body.replace(`m-${number}`, `x-${number}`) : body;
}

const real = captureJudge();
const judge: Judge = {
  ...real,
  items(body, ...others) {
    if (body.includes('"deadly"')) throw new Killed();
    return real.items(body, ...others);
  },
};

/** What all instances of the function share. Time is in seconds. */
class Stage {
  readonly stored = new Map<string, number>();
  readonly cost = { invocations: 0, milliseconds: 0, calls: 0, tries: 0 };
  oldestUnstored = 0;
  readonly queue = new SimulatedQueue({ bodyOf, quota: QUOTA, mostReceipts, hiddenSeconds: HIDDEN_SECONDS });
  isDown = false;

  /** The calls that ten messages each make. */
  countCalls(messages: number): void {
    this.cost.calls += Math.ceil((messages * SCALE) / 10);
  }
}

/** One instance of the function: the handler as it is deployed, on a clock that goes on by what is assumed. */
class Instance {
  freeAt = 0;
  #now = 0;
  #handler: QueueHandler;
  readonly #stage: Stage;
  readonly #random: Random;

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
    this.#handler = this.#start();
  }

  async invoke(records: readonly SQSRecord[], second: number): Promise<void> {
    const { cost, queue } = this.#stage;
    const began = Math.max(second, this.freeAt);
    this.#now = began * 1_000 + OWN_MS;
    this.#stage.countCalls(records.length);
    try {
      const { batchItemFailures } = await this.#handler({ Records: [...records] }, plenty);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const done = records.filter(({ messageId }) => !failed.has(messageId));
      if (done.length > 0) this.#stage.countCalls(done.length);
      for (const { receiptHandle } of done) queue.delete(receiptHandle);
      cost.tries += failed.size;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.#now = (began + FUNCTION_SECONDS) * 1_000;
      this.#handler = this.#start();
    }
    cost.invocations++;
    cost.milliseconds += this.#now - began * 1_000;
    this.freeAt = this.#now / 1_000;
  }

  #start(): QueueHandler {
    const [stage, now] = [this.#stage, () => this.#now];
    const random = () => this.#random.integer(2 ** 32) / 2 ** 32;
    const storage: RecordingDriver = {
      name: "simulated",
      record: async (records) => {
        this.#now += stage.isDown ? HANGING_MS : records.length * SCALE * MESSAGE_MS;
        if (stage.isDown) return records.map(() => ({ kind: "failed", cause: "nobody answers" }));
        for (const { message_id } of records) stage.stored.set(message_id, (stage.stored.get(message_id) ?? 0) + 1);
        return records.map(() => ({ kind: "recorded" }));
      },
    };
    const sources: Pick<SourceQueues, "hide" | "remove"> = {
      async hide(messages) {
        if (messages.length > 0) stage.countCalls(messages.length);
        for (const { record, seconds } of messages) stage.queue.hide(record.receiptHandle, seconds, now() / 1_000);
      },
      async remove(records) {
        for (const { receiptHandle } of records) stage.queue.delete(receiptHandle);
      },
    };
    const breaker = createStorageBreaker(storage, { now, random });
    return createQueueHandler({
      ...{ judge, keys: captureKeys(), logger: createLogger(() => {}), sources, setsSuspectsApart: true, now, random },
      dispatcher: createDispatcher(breaker.driver, createRecentlyRecorded()),
      isStorageDown: breaker.isDown,
      count(_received, _outcomes, ages) {
        stage.oldestUnstored = Math.max(stage.oldestUnstored, ages.get("queue") ?? 0);
      },
    });
  }
}

/** What happens in a second: whoever is free takes what is visible. */
async function turn(queue: SimulatedQueue, instances: readonly Instance[], second: number): Promise<void> {
  queue.turn(second);
  for (const instance of instances) {
    while (instance.freeAt < second + 1) {
      const records = queue.receive(BATCH, second);
      if (records.length === 0) break;
      await instance.invoke(records, second);
    }
  }
}

it(`drains by itself what came in ${OUTAGE / 60} minutes without storage at 500 messages a second`, async () => {
  const random = seededRandom(scenarioSeed("day without storage"));
  const stage = new Stage();
  const instances = Array.from({ length: INVOCATIONS }, () => new Instance(stage, random));
  const { queue, stored, cost } = stage;
  const [away, back] = [AROUND, AROUND + OUTAGE];
  let drainedAt = 0;
  let costOfOutage = "";
  for (let second = 0; second < back + 4 * 24 * HOUR && !(second > back && queue.left === 0); second++) {
    stage.isDown = second >= away && second < back;
    if (second === back) costOfOutage = dollars(cost);
    if (second < back + AROUND) for (let count = 0; count < A_SECOND; count++) queue.send(second);
    await turn(queue, instances, second);
    // The deadly one takes its hours all the same.
    if (second > back && drainedAt === 0 && queue.left <= 1) drainedAt = second;
  }

  const numbers = Array.from({ length: queue.sent }, (_, number) => number);
  const good = numbers.filter((number) => number % CHANGED !== 0 && number !== DEADLY);
  expect(queue.deadLetters).toEqual([DEADLY]);
  expect(stored.size).toBe(good.length);
  expect(good.filter((number) => stored.get(`m-${number}`) !== 1)).toEqual([]);
  expect(queue.mostInFlight).toBe(QUOTA);
  // What was tried first is tried to the end: the alarm on old messages looks at it.
  expect(stage.oldestUnstored).toBeGreaterThan(OUTAGE - 600);
  console.log({
    ...{ sent: queue.sent * SCALE, tries: cost.tries * SCALE, hoursToDrain: (drainedAt - back) / HOUR },
    ...{ costOfOutage, costInAll: dollars(cost) },
  });
}, 900_000);

function dollars({ invocations, milliseconds, calls, tries }: Stage["cost"]): string {
  const lambda = (milliseconds / 1_000) * price.gigabyteSecond + invocations * price.invocation;
  const sqs = calls * price.call;
  return `${tries * SCALE} tries, ${invocations} invocations of ${Math.round(milliseconds / 1_000)} GB-s: ${lambda.toFixed(2)} $; ${calls} calls of SQS: ${sqs.toFixed(2)} $`;
}
