import { backoff } from "../flow/backoff.ts";
import { BatchClock } from "../flow/batch-clock.ts";
import { DrainWaiters } from "../flow/drain-waiters.ts";
import type { MeteringRecord } from "../sample/sample.ts";
import type { StorageDriver, Stored } from "../storage/driver.ts";

/** Genuine records on their way to storage: bounded, sent in batches, tried again while storage refuses them. */
export interface RecordQueue {
  /** Records it answers for: waiting, on the way, or waiting to be tried again. */
  readonly held: number;
  /** How many more it takes now; 0 also when those held are large, and less after a message with many. */
  readonly room: number;

  /**
   * Takes the records of one message, all or none. Never waits, and calls neither storage nor `settled` before it
   * returns. Where there is room for one, there is for all: how many samples a message has is known too late to
   * ask its sender to wait.
   *
   * @param bytes of the message that they came in, inflated
   * @returns false, and nothing is kept, when the queue is full
   */
  enqueue(offers: readonly RecordOffer[], bytes: number): boolean;

  /** Calls back once, later, when there is room; in the order of asking. Returns what takes the wish back. */
  whenRoom(resume: () => void): () => void;

  /**
   * Sends everything at once, without lingering. What is left after so many milliseconds is given up as failed.
   *
   * @returns true if nothing was left
   */
  drain(withinMs: number): Promise<boolean>;
}

export interface RecordOffer {
  readonly record: MeteringRecord;
  /** Told once what became of it. */
  settled(fate: Stored): void;
}

export interface RecordQueueOptions {
  readonly driver: Pick<StorageDriver, "name" | "record">;
  /** Records held, apart from the rest of the last message; 10,000 real samples took 40 MB. */
  readonly capacity?: number;
  /** Bytes of the messages that they came in, apart from the last one's; decoded, they take some five times as much. */
  readonly maxBytes?: number;
  /** Records in one call to storage; 250 is ten of DynamoDB's own batches. */
  readonly batchSize?: number;
  /** How long the first record of a batch waits for company, in milliseconds. */
  readonly lingerMs?: number;
  /** Calls to storage at one time. */
  readonly maxBatchesInFlight?: number;
  /** A record that storage still refuses at this age is given up, in milliseconds. */
  readonly retryForMs?: number;
  /** Takes the records given up, after they were counted: the last chance to keep them elsewhere. */
  readonly onFailed?: (records: readonly MeteringRecord[], cause: unknown) => void;
}

interface Entry {
  readonly offer: RecordOffer;
  readonly message: HeldMessage;
  readonly since: number;
  attempts: number;
  /** Why the last attempt failed. */
  cause: unknown;
  /** A late answer to a batch that was given up must not count twice. */
  done: boolean;
}

/** A message is held as long as any record of it. */
interface HeldMessage {
  readonly bytes: number;
  records: number;
}

interface Retry {
  readonly entries: readonly Entry[];
  readonly timer: NodeJS.Timeout;
}

/** Long enough to help a throttled storage, short enough for a single hiccup. */
const FIRST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5_000;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });

/** `faulty`: the driver broke its promise, and would break it again. */
type Answer = Stored | { readonly kind: "faulty"; readonly cause: unknown };

export function createRecordQueue(options: RecordQueueOptions): RecordQueue {
  return new BatchingQueue(options);
}

class BatchingQueue implements RecordQueue {
  readonly #options: Required<Omit<RecordQueueOptions, "onFailed" | "lingerMs">> & Pick<RecordQueueOptions, "onFailed">;
  readonly #waiting: Entry[] = [];
  readonly #inFlight = new Set<readonly Entry[]>();
  readonly #retries = new Set<Retry>();
  readonly #roomWanted: (() => void)[] = [];
  readonly #drains = new DrainWaiters();
  readonly #clock: BatchClock;
  #held = 0;
  #heldBytes = 0;

  constructor(options: RecordQueueOptions) {
    const { driver, capacity = 10_000, maxBytes = 33_554_432, batchSize = 250, lingerMs = 200, onFailed } = options;
    const { maxBatchesInFlight = 4, retryForMs = 30_000 } = options;
    this.#options = { driver, capacity, maxBytes, batchSize, maxBatchesInFlight, retryForMs, onFailed };
    this.#clock = new BatchClock(lingerMs, () => this.#move());
  }

  get held(): number {
    return this.#held;
  }

  get room(): number {
    const { capacity, maxBytes } = this.#options;
    return this.#heldBytes < maxBytes ? capacity - this.#held : 0;
  }

  enqueue(offers: readonly RecordOffer[], bytes: number): boolean {
    if (this.room <= 0) return false;
    this.#held += offers.length;
    if (offers.length > 0) this.#heldBytes += bytes;
    const message = { bytes, records: offers.length };
    const since = performance.now();
    for (const offer of offers) {
      this.#waiting.push({ offer, message, since, attempts: 0, cause: undefined, done: false });
    }
    if (this.#isDue()) this.#clock.moveSoon();
    else this.#lingerOn();
    return true;
  }

  whenRoom(resume: () => void): () => void {
    this.#roomWanted.push(resume);
    if (this.room > 0) this.#clock.moveSoon();
    return () => {
      const index = this.#roomWanted.indexOf(resume);
      if (index >= 0) this.#roomWanted.splice(index, 1);
    };
  }

  drain(withinMs: number): Promise<boolean> {
    const drained = this.#drains.add(withinMs, () => this.#abandon());
    for (const retry of this.#retries) this.#wake(retry);
    this.#clock.moveSoon();
    return drained;
  }

  #lingerOn(): void {
    const oldest = this.#waiting[0];
    if (oldest !== undefined) this.#clock.moveOnceLingered(oldest.since);
  }

  #isDue(): boolean {
    const oldest = this.#waiting[0];
    if (oldest === undefined) return false;
    if (this.#waiting.length >= this.#options.batchSize || this.#drains.wanted || oldest.attempts > 0) return true;
    return this.#clock.hasLingered(oldest.since);
  }

  #move(): void {
    const { batchSize, maxBatchesInFlight } = this.#options;
    // Only those who ask now: one may ask again at once.
    for (let asking = this.#roomWanted.length; asking > 0 && this.room > 0; asking--) this.#roomWanted.shift()?.();
    while (this.#inFlight.size < maxBatchesInFlight && this.#isDue())
      void this.#send(this.#waiting.splice(0, batchSize));
    if (this.#inFlight.size < maxBatchesInFlight) this.#lingerOn();
    if (this.#held === 0) this.#drains.end(true);
  }

  async #send(batch: readonly Entry[]): Promise<void> {
    this.#inFlight.add(batch);
    const answers = await answersOf(this.#options.driver, batch);
    this.#inFlight.delete(batch);
    try {
      this.#sortOut(batch, answers);
    } finally {
      this.#move();
    }
  }

  #sortOut(batch: readonly Entry[], answers: readonly Answer[]): void {
    const now = performance.now();
    const again: Entry[] = [];
    const givenUp: Entry[] = [];
    for (const [index, answer] of answers.entries()) {
      const entry = batch[index];
      if (entry === undefined || entry.done) continue;
      if (answer.kind === "recorded" || answer.kind === "unstorable") {
        this.#settle(entry, answer);
        continue;
      }
      entry.attempts++;
      entry.cause = answer.cause;
      const isOver = answer.kind === "faulty" || now - entry.since >= this.#options.retryForMs;
      (isOver ? givenUp : again).push(entry);
    }
    if (again.length > 0) this.#retryLater(again, now);
    this.#giveUp(givenUp);
  }

  /** The last attempt is made when the oldest is just due to be given up. */
  #retryLater(entries: readonly Entry[], now: number): void {
    const attempts = Math.max(...entries.map((entry) => entry.attempts));
    const remaining = Math.min(...entries.map((entry) => entry.since)) + this.#options.retryForMs - now;
    const timer = setTimeout(
      () => {
        this.#wake(retry);
        this.#move();
      },
      Math.min(pauseAfter(attempts), remaining),
    );
    const retry: Retry = { entries, timer };
    this.#retries.add(retry);
  }

  #wake(retry: Retry): void {
    clearTimeout(retry.timer);
    this.#retries.delete(retry);
    this.#waiting.unshift(...retry.entries);
  }

  #abandon(): void {
    for (const retry of this.#retries) this.#wake(retry);
    const left = [...[...this.#inFlight].flat(), ...this.#waiting.splice(0)].filter((entry) => !entry.done);
    // One for all: they are reported by their cause.
    const late = new Error("storage did not take it before the collector had to stop");
    for (const entry of left) entry.cause ??= late;
    this.#drains.end(left.length === 0);
    this.#giveUp(left);
    this.#clock.moveSoon();
  }

  #giveUp(entries: readonly Entry[]): void {
    const byCause = new Map<unknown, MeteringRecord[]>();
    for (const entry of entries) {
      const { cause, offer } = entry;
      this.#settle(entry, { kind: "failed", cause });
      const alike = byCause.get(cause);
      if (alike === undefined) byCause.set(cause, [offer.record]);
      else alike.push(offer.record);
    }
    for (const [cause, records] of byCause) this.#options.onFailed?.(records, cause);
  }

  #settle(entry: Entry, fate: Stored): void {
    entry.done = true;
    this.#held--;
    if (--entry.message.records === 0) this.#heldBytes -= entry.message.bytes;
    entry.offer.settled(fate);
  }
}

async function answersOf(driver: RecordQueueOptions["driver"], batch: readonly Entry[]): Promise<readonly Answer[]> {
  try {
    const stored = await driver.record(batch.map(({ offer }) => offer.record));
    const missing: Answer = {
      kind: "faulty",
      cause: new Error(`storage ${driver.name} answered for ${stored.length} of ${batch.length} records`),
    };
    return batch.map((_, index) => stored[index] ?? missing);
  } catch (cause) {
    return batch.map(() => ({ kind: "faulty", cause }));
  }
}
