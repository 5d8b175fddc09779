import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Queue } from "../queue-client.ts";
import { forwarded, isReturning, whyDead, whyNotForwarded, whyNotOnceMore } from "./dead-letter.ts";
import { forwardMessages } from "./forward-messages.ts";
import { createInvisibleMessages, type InvisibleMessages } from "./invisible-messages.ts";
import { createReasonCounts } from "./reason-counts.ts";

export interface RedriveOptions {
  /** The dead-letter queue. */
  readonly from: Queue;
  readonly to: Queue;
  /** Only looks: sends and deletes nothing. */
  readonly dryRun: boolean;
  /** Leaves what was moved before: what fails again is for a person to look at. @default false */
  readonly once?: boolean;
  /** Messages a second at most. */
  readonly rate?: number | undefined;
  /** Messages taken at most. */
  readonly max?: number | undefined;
  /** Ends it after the messages in hand. */
  readonly signal: AbortSignal;
  readonly onProgress?: (taken: number) => void;
  readonly clock: RedriveClock;
  /** How long a call waits for a first message. With 0 SQS may say that it is empty when it is not. @default 1 */
  readonly waitSeconds?: number;
}

export interface RedriveClock {
  /** Milliseconds; never goes back. */
  now(): number;
  /** Ends early at the signal. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface RedriveSummary {
  /** Why the messages were dead letters: a sentence, and of how many it is true. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Sent on; in a dry run, those that would be. */
  readonly moved: number;
  /** Why messages were left where they are. */
  readonly left: ReadonlyMap<string, number>;
  /** Sent on, but not deleted: they will be sent once more, which changes nothing that is stored. */
  readonly undeleted: number;
  /** Sent on without the time of their first receipt. */
  readonly undated: number;
  /** `empty`: everything was looked at. */
  readonly end: "empty" | "max" | "stopped" | "broken";
  /** Why it is `broken`. */
  readonly cause?: unknown;
}

/** SQS gives and takes at most ten messages per call. */
const MESSAGES_A_CALL = 10;
/**
 * Seconds for which nobody else is given what we took. What we leave is given back at the end; only a process that is
 * killed makes it wait as long.
 */
const INVISIBLE_SECONDS = 600;
/** SQS stops giving at 120,000 messages that somebody holds; what we leave has to be remembered, too. */
const MOST_HELD = 100_000;
/** Calls in a row of which one failed whole. The SDK has tried each several times already. */
const BROKEN_CALLS = 3;

/**
 * Moves messages from a dead-letter queue to another: sent first, then deleted, so that an interruption at any moment
 * leaves some of them twice and none of them nowhere.
 */
export async function redrive(options: RedriveOptions): Promise<RedriveSummary> {
  const { from, clock, signal, rate, max = Number.POSITIVE_INFINITY } = options;
  const moving = new Moving(options);
  const started = clock.now();
  try {
    while (!signal.aborted && moving.taken < max && moving.trouble === undefined) {
      const early = rate === undefined ? 0 : started + (moving.taken / rate) * 1_000 - clock.now();
      if (early > 0) await clock.pause(early, signal);
      if (signal.aborted) break;
      const messages = await receive(from, options.waitSeconds ?? 1, Math.min(atOnce(rate), max - moving.taken));
      if (!(await moving.take(messages))) return moving.summary("empty");
    }
    if (moving.trouble !== undefined) return moving.summary("broken", moving.trouble);
    return moving.summary(signal.aborted ? "stopped" : "max");
  } catch (error) {
    // Before the first message there is nothing to sum up.
    if (moving.taken === 0) throw error;
    return moving.summary("broken", error);
  } finally {
    await moving.end();
  }
}

/** One redrive: its counts so far, and the messages that it holds. */
class Moving {
  taken = 0;
  /** Why it makes no sense to go on. */
  trouble: Error | undefined;
  readonly #options: RedriveOptions;
  readonly #held: InvisibleMessages;
  readonly #reasons = createReasonCounts();
  readonly #left = createReasonCounts();
  #moved = 0;
  #undeleted = 0;
  #undated = 0;
  #brokenCalls = 0;

  constructor(options: RedriveOptions) {
    this.#options = options;
    this.#held = createInvisibleMessages(options.from);
  }

  /** @returns false if there was none that is not held already */
  async take(messages: readonly Message[]): Promise<boolean> {
    const unseen = messages.filter((message) => !this.#held.meetsAgain(message));
    if (unseen.length === 0) return false;
    this.taken += unseen.length;
    const movable: Message[] = [];
    for (const message of unseen) {
      this.#reasons.add(whyDead(message));
      const returning = this.#isReturning(message);
      const why =
        whyNotForwarded(message, returning) ?? (this.#options.once ? whyNotOnceMore(message, returning) : undefined);
      if (why === undefined) movable.push(message);
      else this.#leave(message, why);
    }
    if (this.#options.dryRun) {
      this.#moved += movable.length;
      for (const message of movable) this.#held.keep(message);
    } else if (movable.length > 0) await this.#move(movable);
    if (this.#held.size >= MOST_HELD) this.trouble = new Error(`${this.#held.size} messages were looked at and left`);
    this.#options.onProgress?.(this.taken);
    return true;
  }

  summary(end: RedriveSummary["end"], cause?: unknown): RedriveSummary {
    return {
      reasons: this.#reasons.counts,
      moved: this.#moved,
      left: this.#left.counts,
      undeleted: this.#undeleted,
      undated: this.#undated,
      end,
      ...(cause !== undefined && { cause }),
    };
  }

  end(): Promise<void> {
    return this.#held.release();
  }

  async #move(messages: readonly Message[]): Promise<void> {
    const { from, to } = this.#options;
    const parcels = messages.map((message) => forwarded(message, this.#isReturning(message)));
    const { refusals, broken } = await forwardMessages(to, parcels);
    const sent: Message[] = [];
    for (const [index, message] of messages.entries()) {
      const refusal = refusals[index];
      if (refusal !== undefined) this.#leave(message, refusal);
      else {
        sent.push(message);
        if (parcels[index]?.undated === true) this.#undated++;
      }
    }
    this.#moved += sent.length;
    const undeleted = await deleteAll(from, sent);
    this.#undeleted += undeleted.length;
    for (const message of undeleted) this.#held.keep(message);
    const isBroken = broken || (sent.length > 0 && undeleted.length === sent.length);
    this.#brokenCalls = isBroken ? this.#brokenCalls + 1 : 0;
    if (this.#brokenCalls >= BROKEN_CALLS) {
      this.trouble = new Error(
        `${BROKEN_CALLS} calls in a row failed: see what may be sent to --to and deleted in --from`,
      );
    }
  }

  #leave(message: Message, why: string): void {
    this.#left.add(why);
    this.#held.keep(message);
  }

  #isReturning(message: Message): boolean {
    return isReturning(message, this.#options.from.url, this.#options.to.url);
  }
}

/** No more than what a second may have, so that a low rate is even. */
function atOnce(rate: number | undefined): number {
  return Math.min(MESSAGES_A_CALL, Math.max(1, Math.floor(rate ?? MESSAGES_A_CALL)));
}

async function receive({ client, url }: Queue, WaitTimeSeconds: number, count: number): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: count,
    WaitTimeSeconds,
    VisibilityTimeout: INVISIBLE_SECONDS,
    MessageSystemAttributeNames: ["All"],
    MessageAttributeNames: ["All"],
  });
  return (await client.send(command)).Messages ?? [];
}

/** @returns those that could not be deleted, and will come again */
async function deleteAll(queue: Queue, messages: readonly Message[]): Promise<readonly Message[]> {
  if (messages.length === 0) return [];
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  try {
    const { Successful } = await queue.client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    const deleted = new Set(Successful?.map(({ Id }) => Id));
    return messages.filter((_, index) => !deleted.has(String(index)));
  } catch {
    return messages;
  }
}
