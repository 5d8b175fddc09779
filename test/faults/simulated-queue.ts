import type { SQSRecord } from "aws-lambda";
import { queueRecord } from "../queue/handling.ts";

/** A message that has been received before. */
interface Received {
  readonly number: number;
  readonly sentAt: number;
  readonly firstAt: number;
  receipts: number;
  /** The latest time from which it may be received again; another one is of the past. */
  visibleAt: number;
}

export interface SimulatedQueueOptions {
  readonly bodyOf: (number: number) => string;
  /** Messages in flight at most: then nothing is given, as SQS does by long polling. */
  readonly quota: number;
  readonly mostReceipts: number;
  /** Seconds for which a message is hidden where nobody says otherwise. */
  readonly hiddenSeconds: number;
}

/** A standard queue of SQS, as its documentation says that one behaves, in seconds of a time that is told to it. */
export class SimulatedQueue {
  readonly deadLetters: number[] = [];
  mostInFlight = 0;
  readonly #options: SimulatedQueueOptions;
  /** When each message was sent; those before `#next` have been received. */
  readonly #sentAt: number[] = [];
  #next = 0;
  readonly #visible: Received[] = [];
  readonly #hidden = new Map<number, Received>();
  /** Messages that may be visible in a second, by that second. */
  readonly #calendar = new Map<number, Received[]>();

  constructor(options: SimulatedQueueOptions) {
    this.#options = options;
  }

  get sent(): number {
    return this.#sentAt.length;
  }

  /** Messages that are neither deleted nor dead letters. */
  get left(): number {
    return this.#sentAt.length - this.#next + this.#visible.length + this.#hidden.size;
  }

  send(second: number): void {
    this.#sentAt.push(second);
  }

  /** Lets those be seen whose time has come. To be called once each second. */
  turn(second: number): void {
    for (const message of this.#calendar.get(second) ?? []) {
      if (message.visibleAt !== second || !this.#hidden.delete(message.number)) continue;
      this.#visible.push(message);
    }
    this.#calendar.delete(second);
  }

  receive(count: number, second: number): readonly SQSRecord[] {
    const records: SQSRecord[] = [];
    while (records.length < count && this.#hidden.size < this.#options.quota) {
      const message = this.#visible.shift() ?? this.#fresh(second);
      if (message === undefined) break;
      message.receipts++;
      if (message.receipts > this.#options.mostReceipts) {
        this.deadLetters.push(message.number);
        continue;
      }
      this.#hidden.set(message.number, message);
      this.hide(String(message.number), this.#options.hiddenSeconds, second);
      records.push(this.#record(message));
    }
    this.mostInFlight = Math.max(this.mostInFlight, this.#hidden.size);
    return records;
  }

  hide(handle: string, seconds: number, second: number): void {
    const message = this.#hidden.get(Number(handle));
    if (message === undefined) return;
    message.visibleAt = Math.ceil(second + seconds);
    if (seconds === 0) {
      this.#hidden.delete(message.number);
      this.#visible.push(message);
      return;
    }
    const due = this.#calendar.get(message.visibleAt) ?? [];
    due.push(message);
    this.#calendar.set(message.visibleAt, due);
  }

  delete(handle: string): void {
    this.#hidden.delete(Number(handle));
  }

  #fresh(second: number): Received | undefined {
    const sentAt = this.#sentAt[this.#next];
    if (sentAt === undefined) return undefined;
    return { number: this.#next++, sentAt, firstAt: second, receipts: 0, visibleAt: 0 };
  }

  #record({ number, sentAt, firstAt, receipts }: Received): SQSRecord {
    return queueRecord(String(number), this.#options.bodyOf(number), {
      receiptHandle: String(number),
      attributes: {
        ApproximateReceiveCount: String(receipts),
        SentTimestamp: String(sentAt * 1_000),
        SenderId: "",
        ApproximateFirstReceiveTimestamp: String(firstAt * 1_000),
      },
    });
  }
}
