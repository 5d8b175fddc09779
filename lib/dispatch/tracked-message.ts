import { endOf } from "../ledger/outcome.ts";
import type { MutableCounters } from "../ledger/socket-counters.ts";
import type { RejectionReason } from "../sample/rejection.ts";
import type { SpilledMessage } from "./spill-queue.ts";
import type { Spiller } from "./spiller.ts";

/** How a message is counted in the end. */
type Fate = "recorded" | "partial" | "rejectedMessages" | "failed" | "spilled" | "shed";

/**
 * One datagram or frame from its judgement until the last of its samples has come to an end: counts each sample once,
 * then the message once. What storage did not take is spilled as the whole message, for its signature's sake; those of
 * its samples that are stored already are then written once more, which changes nothing.
 */
export class MessageInHand {
  /** As judged; 0 for an empty envelope, which is recorded: there was nothing to lose. */
  readonly samples: number;
  /** Of them, those that the judge rejected. */
  readonly refused: number;
  readonly #counters: MutableCounters;
  #message: SpilledMessage | undefined;
  /** Samples without an end yet. */
  #open: number;
  #recorded = 0;
  #duplicate = 0;
  readonly #rejected: RejectionReason[] = [];
  /** Storage gave them back. */
  #unstored = 0;
  #overflowed = false;
  /** Copies that came meanwhile, by whose counters they count in. */
  #echoes: Map<MutableCounters, number> | undefined;

  constructor(counters: MutableCounters, message: SpilledMessage, samples: number, refused = 0) {
    this.samples = samples;
    this.refused = refused;
    this.#counters = counters;
    this.#message = message;
    this.#open = samples;
    receive(counters, message.bytes.length, samples);
  }

  /** Every sample has been recorded, rejected, or given back by storage. */
  get settled(): boolean {
    return this.#open === this.#unstored;
  }

  /** Another copy of it, judged alike, which shares its fate, and of which nothing is held. */
  echo(counters: MutableCounters, bytes: number): void {
    receive(counters, bytes, this.samples);
    this.#echoes ??= new Map();
    this.#echoes.set(counters, (this.#echoes.get(counters) ?? 0) + 1);
  }

  /** @param conflicting whether something else was recorded of its identity before */
  record(conflicting = false): void {
    this.#end();
    this.#recorded++;
    this.#counters.samples.recorded++;
    if (conflicting) this.#counters.conflicting++;
  }

  duplicate(count: number): void {
    this.#end(count);
    this.#duplicate += count;
    this.#counters.samples.duplicate += count;
  }

  reject(reason: RejectionReason): void {
    this.#end();
    this.#rejected.push(reason);
    this.#counters.rejected[reason]++;
  }

  /** Storage did not take one of its samples. */
  fail(): void {
    this.#unstored++;
  }

  /** There was no room for those of its samples that are left, if any are. */
  overflow(): void {
    this.#overflowed = true;
    this.#unstored = this.#open;
  }

  /** Our own code broke on it. */
  break(): void {
    this.overflow();
    this.#endAs("failed");
  }

  /** Counts the message, now or when the spill queue has answered. @param concluded told then */
  conclude(spiller: Spiller | undefined, concluded: () => void = () => undefined): void {
    const end = (fate: Fate) => {
      this.#endAs(fate);
      concluded();
    };
    const message = this.#message;
    // The spiller holds it from now on, or nobody has to.
    this.#message = undefined;
    if (this.#unstored === 0) end(this.#finished());
    else if (spiller === undefined || message === undefined) end(this.#overflowed ? "shed" : "failed");
    else spiller.offer(message, end);
  }

  #finished(): Fate {
    const end = endOf(this.#recorded + this.#duplicate, this.#rejected.length);
    return end === "rejected" ? "rejectedMessages" : end;
  }

  #endAs(fate: Fate): void {
    this.#counters.inFlight--;
    this.#counters[fate]++;
    if (fate === "failed" || fate === "spilled" || fate === "shed") {
      this.#counters.samples[fate] += this.#unstored;
      this.#end(this.#unstored);
    }
    for (const [counters, count] of this.#echoes ?? []) this.#endEchoes(counters, count, fate);
    this.#echoes = undefined;
  }

  #endEchoes(counters: MutableCounters, count: number, fate: Fate): void {
    const { samples, rejected } = counters;
    counters.inFlight -= count;
    counters[fate] += count;
    samples.inFlight -= count * this.samples;
    samples.duplicate += count * (this.#recorded + this.#duplicate);
    for (const reason of this.#rejected) rejected[reason] += count;
    if (fate === "failed" || fate === "spilled" || fate === "shed") samples[fate] += count * this.#unstored;
  }

  #end(samples = 1): void {
    this.#open -= samples;
    this.#counters.samples.inFlight -= samples;
  }
}

function receive(counters: MutableCounters, bytes: number, samples: number): void {
  counters.received++;
  counters.bytes += bytes;
  counters.inFlight++;
  counters.samples.decoded += samples;
  counters.samples.inFlight += samples;
}
