import { backoff } from "../flow/backoff.ts";
import { BatchClock } from "../flow/batch-clock.ts";
import { DrainWaiters } from "../flow/drain-waiters.ts";
import { Fifo } from "../flow/fifo.ts";
import type { Logger } from "../log/logger.ts";
import { detachedBytes } from "./detached-bytes.ts";
import { createSpillLog, type SpillLog } from "./spill-log.ts";
import type { Spilled, SpilledMessage, SpillQueue } from "./spill-queue.ts";
import { Unspillable } from "./unspillable.ts";

/** `shed`: neither storage nor the spill queue took it, and it is gone. */
export type SpillFate = "spilled" | "shed";

/** Messages on their way to the spill queue: bounded by memory, sent many at once, tried again while it refuses them. */
export interface Spiller {
  /**
   * Never waits. Sheds the oldest that are not on the way when memory does not hold all.
   *
   * @param settled told exactly once what became of the message, never before `offer` has returned
   */
  offer(message: SpilledMessage, settled: (fate: SpillFate) => void): void;

  /** Messages it answers for: waiting, on the way, or waiting to be tried again. */
  readonly held: number;
  /** Their bytes, each with `MESSAGE_OVERHEAD_BYTES`. Never more than the limit. */
  readonly heldBytes: number;

  /**
   * Sends everything at once, without lingering. What is left after so many milliseconds is shed.
   *
   * @returns true if nothing was left
   */
  drain(withinMs: number): Promise<boolean>;
}

export interface SpillerOptions {
  readonly queue: SpillQueue;
  readonly logger: Logger;
  /** Half a minute of 1,000 real datagrams a second, and what a small container can bear. @default 32 MiB */
  readonly maxHeldBytes?: number;
  /** How long the first message of a batch waits for company, in milliseconds. @default 100 */
  readonly lingerMs?: number;
  /** Calls to the queue at one time. @default 4 */
  readonly maxSendsInFlight?: number;
}

/** Reckoned for each message beside its bytes: its receipt, on the way and in memory. */
export const MESSAGE_OVERHEAD_BYTES = 128;

/** Between calls while the queue takes nothing. Memory fills meanwhile, so its return must be noticed soon. */
const FIRST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5_000;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });

const DEFAULT_HELD_BYTES = 32 * 1_048_576;

interface Entry {
  readonly message: SpilledMessage;
  readonly settled: (fate: SpillFate) => void;
  readonly size: number;
  /** Counted up, so that those sent in vain find their old places. */
  readonly order: number;
  readonly since: number;
}

export function createSpiller(options: SpillerOptions): Spiller {
  return new BatchingSpiller(options);
}

class BatchingSpiller implements Spiller {
  readonly #queue: SpillQueue;
  readonly #log: SpillLog;
  readonly #limits: { readonly maxHeldBytes: number; readonly maxSendsInFlight: number };
  readonly #fresh = new Fifo<Entry>();
  /** Sent in vain, the oldest last. All are older than the fresh. */
  #returned: Entry[] = [];
  readonly #inFlight = new Set<readonly Entry[]>();
  #settlements: (() => void)[] = [];
  readonly #drains = new DrainWaiters();
  readonly #clock: BatchClock;
  #held = 0;
  #heldBytes = 0;
  #waitingBytes = 0;
  #offered = 0;
  /** Calls that failed one after another. After one, a single call finds out whether the queue is back. */
  #attempts = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor({
    queue,
    logger,
    maxHeldBytes = DEFAULT_HELD_BYTES,
    lingerMs = 100,
    maxSendsInFlight = 4,
  }: SpillerOptions) {
    this.#queue = queue;
    this.#log = createSpillLog(logger);
    this.#limits = { maxHeldBytes, maxSendsInFlight };
    this.#clock = new BatchClock(lingerMs, () => this.#move());
  }

  get held(): number {
    return this.#held;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  offer(message: SpilledMessage, settled: (fate: SpillFate) => void): void {
    const size = message.bytes.byteLength + MESSAGE_OVERHEAD_BYTES;
    this.#clock.moveSoon();
    const onTheWay = this.#heldBytes - this.#waitingBytes;
    if (onTheWay + size > this.#limits.maxHeldBytes) {
      this.#log.full();
      this.#settlements.push(() => settled("shed"));
      return;
    }
    while (this.#heldBytes + size > this.#limits.maxHeldBytes) this.#shedOldest();
    this.#held++;
    this.#heldBytes += size;
    this.#waitingBytes += size;
    const own = { ...message, bytes: detachedBytes(message.bytes) };
    this.#fresh.push({ message: own, settled, size, order: this.#offered++, since: performance.now() });
  }

  drain(withinMs: number): Promise<boolean> {
    const drained = this.#drains.add(withinMs, () => this.#abandon());
    this.#endPause();
    this.#attempts = 0;
    this.#clock.moveSoon();
    return drained;
  }

  #move(): void {
    this.#tellFates();
    while (this.#maySend() && this.#isDue()) void this.#send(this.#takeBatch());
    if (this.#held === 0) this.#endDrains(true);
    else if (this.#maySend()) this.#lingerOn();
  }

  #maySend(): boolean {
    const allowed = this.#attempts > 0 ? 1 : this.#limits.maxSendsInFlight;
    return this.#pause === undefined && this.#inFlight.size < allowed;
  }

  #isDue(): boolean {
    if (this.#returned.length > 0) return true;
    const oldest = this.#fresh.first;
    if (oldest === undefined) return false;
    if (this.#drains.wanted || this.#waitingBytes >= this.#queue.maxBytes) return true;
    return this.#clock.hasLingered(oldest.since);
  }

  #lingerOn(): void {
    const oldest = this.#fresh.first;
    if (oldest !== undefined) this.#clock.moveOnceLingered(oldest.since);
  }

  #takeBatch(): readonly Entry[] {
    const batch: Entry[] = [];
    let bytes = 0;
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
      bytes += next.size;
      // One that is too large for company goes alone: some queues take it.
      if (batch.length > 0 && bytes > this.#queue.maxBytes) break;
      batch.push(next);
      this.#takeOldest();
    }
    return batch;
  }

  async #send(batch: readonly Entry[]): Promise<void> {
    this.#inFlight.add(batch);
    const answer = await answerOf(
      this.#queue,
      batch.map(({ message }) => message),
    );
    // Shed while the call hung: a late answer must not count again.
    if (!this.#inFlight.delete(batch)) return;
    if (answer.ok) this.#succeed(batch);
    else if (answer.cause instanceof Unspillable) {
      this.#log.refusedForEver(batch.length, answer.cause);
      for (const entry of batch) this.#settle(entry, "shed");
    } else this.#returnBatch(batch, answer.cause);
    this.#move();
  }

  #succeed(batch: readonly Entry[]): void {
    this.#attempts = 0;
    this.#endPause();
    this.#log.sent();
    for (const entry of batch) this.#settle(entry, "spilled");
  }

  #returnBatch(batch: readonly Entry[], cause: unknown): void {
    for (const { size } of batch) this.#waitingBytes += size;
    this.#returned = [...this.#returned, ...batch].sort((one, other) => other.order - one.order);
    // Several calls that fail together are one failure.
    if (this.#pause !== undefined) return;
    this.#attempts++;
    this.#log.refused(cause, this.#held, this.#heldBytes);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#move();
    }, pauseAfter(this.#attempts));
  }

  #endPause(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #oldest(): Entry | undefined {
    return this.#returned.at(-1) ?? this.#fresh.first;
  }

  #takeOldest(): Entry | undefined {
    const entry = this.#returned.pop() ?? this.#fresh.shift();
    this.#waitingBytes -= entry?.size ?? 0;
    return entry;
  }

  #shedOldest(): void {
    const oldest = this.#takeOldest();
    if (oldest === undefined) throw new Error("more bytes are reckoned as waiting than wait");
    this.#log.full();
    this.#settle(oldest, "shed");
  }

  #abandon(): void {
    const left: Entry[] = [...this.#inFlight].flat();
    this.#inFlight.clear();
    for (let next = this.#takeOldest(); next !== undefined; next = this.#takeOldest()) left.push(next);
    for (const entry of left) this.#settle(entry, "shed");
    this.#endPause();
    if (left.length > 0) this.#log.abandoned(left.length);
    this.#endDrains(left.length === 0);
  }

  #settle({ size, settled }: Entry, fate: SpillFate): void {
    this.#held--;
    this.#heldBytes -= size;
    this.#settlements.push(() => settled(fate));
  }

  #tellFates(): void {
    const settlements = this.#settlements;
    this.#settlements = [];
    for (const tell of settlements) tell();
  }

  #endDrains(emptied: boolean): void {
    this.#tellFates();
    this.#drains.end(emptied);
  }
}

async function answerOf(queue: SpillQueue, messages: readonly SpilledMessage[]): Promise<Spilled> {
  try {
    return await queue.send(messages);
  } catch (cause) {
    return { ok: false, cause };
  }
}
