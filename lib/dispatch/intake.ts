import type { MutableCounters } from "../ledger/socket-counters.ts";
import type { Suspect } from "../sample/arrived.ts";
import { contentDigest } from "../sample/content.ts";
import type { Genuine } from "../sample/genuine.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import type { Receipt } from "../sample/receipt.ts";
import { type Rejection, type Result, reject, rejectionOf } from "../sample/rejection.ts";
import type { MeteringRecord } from "../sample/sample.ts";
import type { Stored } from "../storage/driver.ts";
import { detachedBytes } from "./detached-bytes.ts";
import type { PendingMessages } from "./pending-messages.ts";
import type { RecentlyRecorded } from "./recently-recorded.ts";
import type { RecordOffer, RecordQueue } from "./record-queue.ts";
import type { Spiller } from "./spiller.ts";
import { TrackedMessage } from "./tracked-message.ts";

/** The way of one message from a socket into the queue, counted at each step. */
export interface Intake {
  /**
   * Judges, and queues what is genuine; spills or sheds it when the queue is full.
   *
   * @param receivedAt milliseconds since 1970; now, unless the message has waited
   * @returns whether anything in it was genuine
   */
  receive(message: Uint8Array, peer: Peer, receivedAt?: number): boolean;
  /** Counts a message as shed that nobody has looked at. */
  shed(message: Uint8Array, peer: Peer): void;
  /** Counts a message that was rejected before it was whole. */
  refuse(rejection: Rejection, peer: Peer): void;
  /** Counts and reports what went wrong beside the messages. */
  report(error: unknown): void;
}

/** Spelled out only when somebody asks: most messages are not rejected. */
export interface Peer {
  /** Undefined for a sender that has gone without waiting for us. */
  readonly address: string | undefined;
  readonly port: number;
}

/** The surroundings of an intake, shared by the intakes of all listeners. */
export interface IntakeOptions {
  /** Decodes, proves and reads one datagram or frame. Runs between two readings of the socket, so it never waits. */
  readonly judge: (bytes: Uint8Array, receipt: Receipt) => readonly Result<Genuine>[];
  /** The queue that genuine records go to. */
  readonly queue: RecordQueue;
  /** The records stored a moment ago, by any listener. */
  readonly recent: RecentlyRecorded;
  /** The messages on their way, whichever listener took them. */
  readonly pending: PendingMessages;
  /** Takes messages that storage does not. @default none: they are counted failed or shed */
  readonly spiller?: Spiller | undefined;
  /** Told of each message with something rejected in it, after that was counted; `from` is `address:port`. */
  readonly onRejected?: (suspect: Suspect, from: string) => void;
  /** Told of an error that no message is to blame for: a socket's own after the start, or a fault in `judge`. */
  readonly onError?: (error: unknown) => void;
}

const NOTHING = new Uint8Array(0);

export function createIntake(listener: ListenerName, options: IntakeOptions, counters: MutableCounters): Intake {
  const { judge, queue, recent, pending, spiller, onRejected, onError } = options;

  const report = (error: unknown): void => {
    counters.errors++;
    onError?.(error);
  };

  const take = (arrived: Uint8Array, judged: readonly Result<Genuine>[], receipt: Receipt, peer: Peer): void => {
    const genuine = judged.flatMap((result) => (result.ok ? [result.value] : []));
    const rejected = judged.flatMap((result) => (result.ok ? [] : [rejectionOf(result)]));
    const fresh = genuine.filter(({ record }) => !recent.has(record));
    const contents = fresh.map(({ record }) => contentDigest(record));
    const same = pending.same(contents);
    if (same?.samples === judged.length && same.refused === rejected.length) {
      same.echo(counters, arrived.length);
      return;
    }
    const bytes = fresh.length > 0 ? detachedBytes(arrived) : arrived;
    const tell = (...rejections: readonly Rejection[]) =>
      onRejected?.({ arrived: { form: "bytes", bytes, receipt }, rejected: rejections }, spelled(peer));
    // The tracked message outlives this call, so it holds its bytes, which the spill queue takes, and no decoded sample.
    const message = new TrackedMessage(counters, { bytes, receipt }, judged.length, {
      recent,
      spiller,
      onUnstorable: (detail) => tell({ reason: "unstorable", detail }),
      onEnd: (ended) => pending.remove(contents, ended),
    });
    pending.add(contents, message);
    message.begin(
      rejected.map(({ reason }) => reason),
      genuine.length - fresh.length,
    );
    if (rejected.length > 0) tell(...rejected);
    if (fresh.length === 0) return;
    const size = Math.max(bytes.length, sum(fresh.map((one) => one.size)));
    if (!queue.enqueue(offersOf(fresh, message), size)) message.overflow();
  };

  return {
    report,
    refuse: (rejection, peer) =>
      take(NOTHING, [reject(rejection.reason, rejection.detail)], receiptOf(listener, peer), peer),

    shed(bytes, peer) {
      new TrackedMessage(counters, { bytes, receipt: receiptOf(listener, peer) }, 1, { recent }).overflow();
    },

    receive(bytes, peer, receivedAt) {
      const receipt = receiptOf(listener, peer, receivedAt);
      let judged: readonly Result<Genuine>[];
      try {
        judged = judge(bytes, receipt);
      } catch (error) {
        // `judge` promises not to throw. Should it break that, one message may not end the whole service.
        new TrackedMessage(counters, { bytes, receipt }, 1, { recent }).break();
        report(error);
        return false;
      }
      take(bytes, judged, receipt, peer);
      return judged.some(({ ok }) => ok);
    },
  };
}

function offersOf(fresh: readonly Genuine[], message: TrackedMessage): readonly RecordOffer[] {
  return fresh.map((one) => new SampleOffer(one, message));
}

/** One sample of a message. A class, as a closure for each would be made anew with all that is in sight of it. */
class SampleOffer implements RecordOffer {
  readonly #genuine: Genuine;
  readonly #message: TrackedMessage;

  constructor(genuine: Genuine, message: TrackedMessage) {
    this.#genuine = genuine;
    this.#message = message;
  }

  get record(): MeteringRecord {
    return this.#genuine.record;
  }

  settled(fate: Stored): void {
    this.#message.settle(fate, this.#genuine);
  }
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((one, other) => one + other, 0);
}

function receiptOf(listener: ListenerName, { address }: Peer, receivedAt = Date.now()): Receipt {
  return { listener, address, receivedAt };
}

/** The address that a sender sends from, as log lines have it. */
export function spelled({ address = "an unknown address", port }: Peer): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
