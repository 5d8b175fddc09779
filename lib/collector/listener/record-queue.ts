import type { StorageDriver, Stored } from "../../storage/driver.ts";
import type { MeteringRecord } from "../sample.ts";
import { retryDelay } from "./retry-delay.ts";

/** Genuine records on their way to storage: bounded, sent in batches, tried again while storage refuses them. */
export interface RecordQueue {
  /** Records it answers for: waiting, on the way, or waiting to be tried again. */
  readonly held: number;
  /** How many more it takes now. */
  readonly room: number;

  /**
   * Never waits, and calls neither storage nor `settled` before it returns.
   *
   * @param settled told once what became of the record
   * @returns false, and nothing is kept, when the queue is full
   */
  enqueue(record: MeteringRecord, settled: (fate: Stored) => void): boolean;

  /** Calls back once, later, when there is room; in the order of asking. Returns what takes the wish back. */
  whenRoom(resume: () => void): () => void;

  /**
   * Sends everything at once, without lingering. What is left after so many milliseconds is given up as failed.
   *
   * @returns true if nothing was left
   */
  drain(withinMs: number): Promise<boolean>;
}

export interface RecordQueueOptions {
  readonly driver: StorageDriver;
  /** Records held at most; 10,000 real samples took 40 MB. */
  readonly capacity?: number;
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
  readonly record: MeteringRecord;
  readonly settled: (fate: Stored) => void;
  readonly since: number;
  attempts: number;
  /** Why the last attempt failed. */
  cause: unknown;
  /** A late answer to a batch that was given up must not count twice. */
  done: boolean;
}

interface Retry {
  readonly entries: readonly Entry[];
  readonly timer: NodeJS.Timeout;
}

/** `faulty`: the driver broke its promise, and would break it again. */
type Answer = Stored | { readonly kind: "faulty"; readonly cause: unknown };

export function createRecordQueue(options: RecordQueueOptions): RecordQueue {
  return new BatchingQueue(options);
}

class BatchingQueue implements RecordQueue {
  readonly #options: Required<Omit<RecordQueueOptions, "onFailed">> & Pick<RecordQueueOptions, "onFailed">;
  readonly #waiting: Entry[] = [];
  readonly #inFlight = new Set<readonly Entry[]>();
  readonly #retries = new Set<Retry>();
  readonly #roomWanted: (() => void)[] = [];
  readonly #drains = new Set<(emptied: boolean) => void>();
  #held = 0;
  #linger: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;

  constructor(options: RecordQueueOptions) {
    const { driver, capacity = 10_000, batchSize = 250, lingerMs = 200, onFailed } = options;
    const { maxBatchesInFlight = 4, retryForMs = 30_000 } = options;
    this.#options = { driver, capacity, batchSize, lingerMs, maxBatchesInFlight, retryForMs, onFailed };
  }

  get held(): number {
    return this.#held;
  }

  get room(): number {
    return this.#options.capacity - this.#held;
  }

  enqueue(record: MeteringRecord, settled: (fate: Stored) => void): boolean {
    if (this.room <= 0) return false;
    this.#held++;
    this.#waiting.push({ record, settled, since: performance.now(), attempts: 0, cause: undefined, done: false });
    if (this.#isDue()) this.#moveSoon();
    else this.#lingerOn();
    return true;
  }

  whenRoom(resume: () => void): () => void {
    this.#roomWanted.push(resume);
    if (this.room > 0) this.#moveSoon();
    return () => {
      const index = this.#roomWanted.indexOf(resume);
      if (index >= 0) this.#roomWanted.splice(index, 1);
    };
  }

  drain(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#abandon(), withinMs);
      this.#drains.add((emptied) => {
        clearTimeout(timer);
        resolve(emptied);
      });
      for (const retry of this.#retries) this.#wake(retry);
      this.#moveSoon();
    });
  }

  /** In another turn of the loop: the work of storage has no place in a socket's callback. */
  #moveSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      this.#move();
    });
  }

  #lingerOn(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined || this.#linger !== undefined) return;
    const remaining = oldest.since + this.#options.lingerMs - performance.now();
    this.#linger = setTimeout(() => {
      this.#linger = undefined;
      this.#move();
    }, remaining);
  }

  #isDue(): boolean {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return false;
    if (this.#waiting.length >= this.#options.batchSize || this.#drains.size > 0 || oldest.attempts > 0) return true;
    return performance.now() - oldest.since >= this.#options.lingerMs;
  }

  #move(): void {
    const { batchSize, maxBatchesInFlight } = this.#options;
    // Only those who ask now: one may ask again at once.
    for (let asking = this.#roomWanted.length; asking > 0 && this.room > 0; asking--) this.#roomWanted.shift()?.();
    while (this.#inFlight.size < maxBatchesInFlight && this.#isDue())
      void this.#send(this.#waiting.splice(0, batchSize));
    if (this.#inFlight.size < maxBatchesInFlight) this.#lingerOn();
    if (this.#held === 0) this.#endDrains(true);
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
      Math.min(retryDelay(attempts), remaining),
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
    for (const entry of left) entry.cause ??= new Error("storage did not take it before the collector had to stop");
    this.#endDrains(left.length === 0);
    this.#giveUp(left);
    this.#moveSoon();
  }

  #endDrains(emptied: boolean): void {
    const ended = [...this.#drains];
    this.#drains.clear();
    for (const end of ended) end(emptied);
  }

  #giveUp(entries: readonly Entry[]): void {
    const byCause = new Map<unknown, MeteringRecord[]>();
    for (const entry of entries) {
      const { cause, record } = entry;
      this.#settle(entry, { kind: "failed", cause });
      const alike = byCause.get(cause);
      if (alike === undefined) byCause.set(cause, [record]);
      else alike.push(record);
    }
    for (const [cause, records] of byCause) this.#options.onFailed?.(records, cause);
  }

  #settle(entry: Entry, fate: Stored): void {
    entry.done = true;
    this.#held--;
    entry.settled(fate);
  }
}

async function answersOf(driver: StorageDriver, batch: readonly Entry[]): Promise<readonly Answer[]> {
  try {
    const stored = await driver.record(batch.map(({ record }) => record));
    const missing: Answer = {
      kind: "faulty",
      cause: new Error(`storage ${driver.name} answered for ${stored.length} of ${batch.length} records`),
    };
    return batch.map((_, index) => stored[index] ?? missing);
  } catch (cause) {
    return batch.map(() => ({ kind: "faulty", cause }));
  }
}
