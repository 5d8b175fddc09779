import { setTimeout as pause } from "node:timers/promises";
import { type Backoff, backoff } from "../../flow/backoff.ts";
import { within } from "../../flow/within.ts";
import { errorMessage } from "../../log/error-message.ts";
import type { Logger } from "../../log/logger.ts";
import type { StorageDriver } from "../../storage/driver.ts";
import type { OpenedStorage } from "../../storage/storage-kind.ts";
import { lateDriver } from "./late-driver.ts";
import { openingPauses } from "./opening-pauses.ts";

/** A storage that nobody waits for: it is tried again and again beside the receiving, until it is open. */
export interface LateStorage {
  /** Until storage is open, it fails whatever it is given; from then on it is the storage. Its `close` ends the trying. */
  readonly driver: StorageDriver;
  /** Resolves when storage is open; never if it is closed before. */
  readonly there: Promise<void>;
  /** Why storage is not open; undefined once it is. */
  missing(): string | undefined;
  /** Whole seconds from when it was first missing until it was open, or until now. */
  secondsWithout(): number;
  /** How often it could not be opened for a reason that does not pass by itself. */
  refusals(): number;
}

export interface LateStorageOptions {
  /** What storage is called before it is open, and after: `dynamodb+s3`. */
  readonly name: string;
  /** Makes one attempt, bounded by itself. */
  readonly open: () => Promise<OpenedStorage>;
  readonly logger: Logger;
  /** The wait for the first attempt, in milliseconds. */
  readonly waitMs?: number;
  readonly firstPauseMs?: number;
  /** From 0 to 1, for the jitter between attempts. */
  readonly random?: () => number;
  /** Milliseconds of a clock that is not set back. */
  readonly now?: () => number;
}

/** As long as the look at queues. A storage that is there opens in a fraction of it, so that a usual start is never without. */
const WAIT_MS = 2_500;
const PASSING = "storage can't be opened yet, to be tried again";
const REFUSED =
  "storage can't be used until somebody puts this right; it is tried again, and samples go to the spill queue meanwhile";

/** Begins to open a storage, and resolves when it is open, when the first attempt has failed, or when that takes long. */
export async function openLate(options: LateStorageOptions): Promise<LateStorage> {
  const { waitMs = WAIT_MS } = options;
  const opening = new Opening(options);
  if (!(await within(waitMs, opening.begin()))) opening.missWith(`it has not answered for ${waitMs / 1_000} s`);
  return opening;
}

class Opening implements LateStorage {
  readonly driver: StorageDriver;
  readonly there: Promise<void>;
  readonly #options: LateStorageOptions;
  readonly #pauseAfter: Backoff;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  #opened: StorageDriver | undefined;
  #arrive = () => {};
  #problem = "it has not answered yet";
  /** One for all that fail by it: they are reported by their cause. */
  #cause = new Error(this.#problem);
  #missingSince: number | undefined;
  #secondsWithout = 0;
  #refusals = 0;

  constructor(options: LateStorageOptions) {
    const { firstPauseMs = openingPauses.firstMs, now = () => performance.now() } = options;
    this.#options = options;
    this.#now = now;
    this.#pauseAfter = backoff({ ...openingPauses, firstMs: firstPauseMs });
    this.there = new Promise((resolve) => {
      this.#arrive = resolve;
    });
    this.driver = lateDriver(options.name, {
      opened: () => this.#opened,
      cause: () => this.#cause,
      close: () => this.#close(),
    });
  }

  missing(): string | undefined {
    return this.#opened === undefined ? this.#problem : undefined;
  }

  secondsWithout(): number {
    return this.#missingSince === undefined ? this.#secondsWithout : this.#secondsSince(this.#missingSince);
  }

  refusals(): number {
    return this.#refusals;
  }

  /** @returns the end of the first attempt; others follow by themselves */
  async begin(): Promise<void> {
    const milliseconds = await this.#attempt(1);
    if (milliseconds !== undefined) void this.#tryOn(milliseconds);
  }

  /** From now on storage counts as missing. */
  missWith(problem: string): void {
    if (this.#opened !== undefined) return;
    this.#problem = problem;
    this.#cause = new Error(`storage is not open: ${problem}`);
    this.#missingSince ??= this.#now();
  }

  async #tryOn(first: number): Promise<void> {
    let milliseconds: number | undefined = first;
    for (let attempts = 2; milliseconds !== undefined; attempts++) {
      await pause(milliseconds, undefined, { signal: this.#closing.signal }).catch(() => "cut short");
      if (this.#closing.signal.aborted) return;
      milliseconds = await this.#attempt(attempts);
    }
  }

  /** @returns the pause before the next one; undefined where there is none to be */
  async #attempt(attempts: number): Promise<number | undefined> {
    const opened = await this.#open();
    if (this.#closing.signal.aborted) {
      if (opened.ok) await opened.driver.close();
      return undefined;
    }
    if (opened.ok) {
      this.#come(opened.driver);
      return undefined;
    }
    const { logger, random } = this.#options;
    const { problem, transient } = opened;
    const milliseconds = this.#pauseAfter(attempts, random);
    this.missWith(problem);
    if (transient) logger.warn(PASSING, { problem, milliseconds });
    else {
      this.#refusals++;
      logger.error(REFUSED, { problem, milliseconds });
    }
    return milliseconds;
  }

  async #open(): Promise<OpenedStorage> {
    try {
      return await this.#options.open();
    } catch (error) {
      // A fault of our own must not end the trying.
      return { ok: false, problem: errorMessage(error), transient: false };
    }
  }

  #come(driver: StorageDriver): void {
    this.#opened = driver;
    if (this.#missingSince !== undefined) {
      this.#secondsWithout = this.#secondsSince(this.#missingSince);
      this.#missingSince = undefined;
      const { logger, name } = this.#options;
      logger.info("storage is open, and takes samples from now on", { storage: name, seconds: this.#secondsWithout });
    }
    this.#arrive();
  }

  #secondsSince(time: number): number {
    return Math.floor((this.#now() - time) / 1_000);
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await this.#opened?.close();
  }
}
