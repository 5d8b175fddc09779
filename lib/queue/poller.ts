import { setTimeout as sleep } from "node:timers/promises";
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { backoff } from "../flow/backoff.ts";
import { within } from "../flow/within.ts";
import type { Logger } from "../log/logger.ts";
import { polledEvent } from "./polled-event.ts";
import type { Queue } from "./queue-client.ts";
import type { QueueHandler } from "./queue-handler.ts";

/** received = deleted + failed + undeleted + those in hand */
export interface PollerCounters {
  /** Deliveries: a message that comes back counts again. */
  readonly received: number;
  /** Answered and deleted. */
  readonly deleted: number;
  /** Left in the queue for another try. */
  readonly failed: number;
  /** Answered, but the queue did not delete them: they come back, and are recorded once all the same. */
  readonly undeleted: number;
}

export interface Poller {
  start(): void;
  /**
   * Takes nothing more, finishes the messages in hand, and stops. What is not finished after so many milliseconds is
   * left to the queue, which gives it again.
   */
  stop(withinMs?: number): Promise<void>;
  counters(): PollerCounters;
  /** Seconds since the queue last answered a call for messages; since the start, if it never has. */
  secondsSincePoll(): number;
}

/** SQS gives at most ten messages a call. */
const MESSAGES_A_CALL = 10;
/** Seconds that a call waits for its first message: much below the deadline of its client. */
const WAIT_SECONDS = 1;
/**
 * A stop lets the call for messages end by itself: one that is broken off may still take messages, which then stay
 * invisible until the queue's time-out. One that has not ended by then has no answer to wait for.
 */
const LAST_RECEIVE_MS = 2_000 * WAIT_SECONDS;
/** Nothing given so soon was not waited for: a server that answers at once may not keep us busy asking. */
const HARDLY_WAITED_MS = 500 * WAIT_SECONDS;
/** Time that the handler gets for one call. */
const HANDLER_MS = 8_000;
/** Together with the last call for messages and the deleting, of the ten seconds that a stop may take. */
const STOP_WITHIN_MS = 9_000;
/** Between calls to a queue that fails; and after an answer without messages that was not waited for. */
const FIRST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5_000;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });

/** Does for a queue on any machine what Lambda's event source does in AWS: receive, hand over, delete what is done. */
export function createPoller(queue: Queue, handler: QueueHandler, logger: Logger): Poller {
  return new QueuePoller(queue, handler, logger);
}

class QueuePoller implements Poller {
  readonly #queue: Queue;
  readonly #handler: QueueHandler;
  readonly #logger: Logger;
  readonly #counters = { received: 0, deleted: 0, failed: 0, undeleted: 0 };
  readonly #stopping = new AbortController();
  /** Ends the call for messages that is under way. */
  readonly #noMore = new AbortController();
  /** Ends all that is under way. */
  readonly #leaving = new AbortController();
  #running: Promise<void> | undefined;
  #inHand = 0;
  #answeredAt = performance.now();
  /** Rounds that failed one after another. */
  #failures = 0;

  constructor(queue: Queue, handler: QueueHandler, logger: Logger) {
    this.#queue = queue;
    this.#handler = handler;
    this.#logger = logger;
  }

  start(): void {
    this.#answeredAt = performance.now();
    this.#running ??= this.#poll();
  }

  async stop(withinMs = STOP_WITHIN_MS): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#noMore.abort(), Math.min(LAST_RECEIVE_MS, withinMs));
    if (!(await within(withinMs, this.#running ?? Promise.resolve()))) this.#leaving.abort();
    clearTimeout(timer);
    this.#leaveRest();
  }

  counters(): PollerCounters {
    return { ...this.#counters };
  }

  secondsSincePoll(): number {
    return Math.round((performance.now() - this.#answeredAt) / 1_000);
  }

  async #poll(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (await this.#pollOnce()) {
        if (this.#failures > 0) this.#logger.info("the queue answers again", { queue: this.#queue.url });
        this.#failures = 0;
      } else {
        this.#failures++;
        await this.#pause(pauseAfter(this.#failures));
      }
    }
  }

  /** @returns whether all calls to the queue succeeded */
  async #pollOnce(): Promise<boolean> {
    const asked = performance.now();
    let messages: readonly Message[];
    try {
      messages = await this.#receive();
    } catch (error) {
      if (!this.#noMore.signal.aborted) {
        const secondsSincePoll = this.secondsSincePoll();
        this.#logger.error("the queue can't be read now, and is asked again", {
          queue: this.#queue.url,
          error,
          secondsSincePoll,
        });
      }
      return false;
    }
    this.#answeredAt = performance.now();
    if (messages.length > 0) return this.#handle(messages);
    if (performance.now() - asked < HARDLY_WAITED_MS) await this.#pause(FIRST_PAUSE_MS);
    return true;
  }

  async #handle(messages: readonly Message[]): Promise<boolean> {
    this.#counters.received += messages.length;
    this.#inHand = messages.length;
    const done = await this.#handled(messages);
    const deleted = await this.#delete(done);
    // Counted as left already, if the stop did not wait for us.
    if (!this.#leaving.signal.aborted) {
      this.#counters.failed += messages.length - done.length;
      this.#counters.deleted += deleted;
      this.#counters.undeleted += done.length - deleted;
      this.#inHand = 0;
    }
    return deleted === done.length;
  }

  /** @returns the messages that may be deleted */
  async #handled(messages: readonly Message[]): Promise<readonly Message[]> {
    const deadline = Date.now() + HANDLER_MS;
    try {
      const answer = await this.#handler(polledEvent(messages, this.#queue.url), {
        getRemainingTimeInMillis: () => deadline - Date.now(),
      });
      const failed = new Set(answer.batchItemFailures.map((failure) => failure.itemIdentifier));
      return messages.filter((message) => !failed.has(message.MessageId ?? ""));
    } catch (error) {
      // A fault of our own must not end the polling.
      this.#logger.error("messages could not be handled, and stay in the queue", { queue: this.#queue.url, error });
      return [];
    }
  }

  async #receive(): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#queue.url,
      MaxNumberOfMessages: MESSAGES_A_CALL,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    return (await this.#queue.client.send(command, { abortSignal: this.#noMore.signal })).Messages ?? [];
  }

  /** @returns how many the queue says that it has deleted */
  async #delete(messages: readonly Message[]): Promise<number> {
    if (messages.length === 0) return 0;
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    const command = new DeleteMessageBatchCommand({ QueueUrl: this.#queue.url, Entries });
    let deleted = new Set<string | undefined>();
    let error: unknown;
    try {
      const answer = await this.#queue.client.send(command, { abortSignal: this.#leaving.signal });
      deleted = new Set(answer.Successful?.map(({ Id }) => Id));
      error = answer.Failed?.[0]?.Code ?? "the answer does not name them";
    } catch (cause) {
      error = cause;
    }
    const done = Entries.filter(({ Id }) => deleted.has(Id)).length;
    const left = Entries.length - done;
    if (left > 0) {
      const said = { queue: this.#queue.url, messages: left, error };
      this.#logger.error("the queue did not delete messages that were handled, and will give them again", said);
    }
    return done;
  }

  /** Messages that the stop did not wait for. */
  #leaveRest(): void {
    if (this.#inHand === 0) return;
    const left = { queue: this.#queue.url, messages: this.#inHand };
    this.#logger.warn("messages in hand are left to the queue: they could not be finished before the stop", left);
    this.#counters.failed += this.#inHand;
    this.#inHand = 0;
  }

  #pause(milliseconds: number): Promise<unknown> {
    return sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => "cut short");
  }
}
