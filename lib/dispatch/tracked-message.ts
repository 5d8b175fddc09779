import { type End, endFigures, endOf } from "../ledger/outcome.ts";
import type { MutableCounters } from "../ledger/socket-counters.ts";
import type { Genuine } from "../sample/genuine.ts";
import type { RejectionReason } from "../sample/rejection.ts";
import type { Stored } from "../storage/driver.ts";
import type { RecentlyRecorded } from "./recently-recorded.ts";
import type { SpilledMessage } from "./spill-queue.ts";
import type { Spiller } from "./spiller.ts";

/** How a message is counted in the end. */
type Fate = End | "failed" | "spilled" | "shed";

const fateFigures = {
  ...endFigures,
  failed: "MessagesFailed",
  spilled: "MessagesSpilled",
  shed: "MessagesShed",
} as const;

/** The figure, per end of a message, of those of its samples that storage did not take. */
const unstoredFigures = { failed: "SamplesFailed", spilled: "SamplesSpilled", shed: "SamplesShed" } as const;

/** The neighbours that a message turns to on its way. */
export interface Surroundings {
  readonly recent: RecentlyRecorded;
  /** Takes what storage did not. @default none: it is counted failed or shed */
  readonly spiller?: Spiller | undefined;
  /** Told of a sample that storage can never take, after that was counted. */
  readonly onUnstorable?: (detail: string) => void;
  /** Told once the message has come to its end, after that was counted. */
  readonly onEnd?: (message: TrackedMessage) => void;
}

/**
 * One datagram or frame from its judgement until the last of its samples has come to an end: counts each sample once,
 * then the message once, by itself. What storage did not take is spilled as the whole message, for its signature's sake;
 * those of its samples that are stored already are then written once more, which changes nothing.
 */
export class TrackedMessage {
  /** As judged; 0 for an empty envelope, which is recorded: there was nothing to lose. */
  readonly samples: number;
  /** Of them, those that the judge rejected. */
  refused = 0;
  readonly #counters: MutableCounters;
  readonly #surroundings: Surroundings;
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

  constructor(counters: MutableCounters, message: SpilledMessage, samples: number, surroundings: Surroundings) {
    this.samples = samples;
    this.#counters = counters;
    this.#surroundings = surroundings;
    this.#message = message;
    this.#open = samples;
    receive(counters, message.bytes.length, samples);
  }

  /** Another copy of it, judged alike, which shares its fate, and of which nothing is held. */
  echo(counters: MutableCounters, bytes: number): void {
    receive(counters, bytes, this.samples);
    this.#echoes ??= new Map();
    this.#echoes.set(counters, (this.#echoes.get(counters) ?? 0) + 1);
  }

  /**
   * Counts the samples that come to an end before storage is asked.
   *
   * @param rejected the judge's reasons
   * @param duplicates samples that were recorded a moment ago
   */
  begin(rejected: readonly RejectionReason[], duplicates: number): void {
    this.refused = rejected.length;
    for (const reason of rejected) this.#reject(reason);
    this.#end(duplicates);
    this.#duplicate = duplicates;
    this.#counters.figures.SamplesDuplicate += duplicates;
    this.#concludeIfSettled();
  }

  /** Takes storage's answer to one of its samples. */
  settle(fate: Stored, sample: Genuine): void {
    if (fate.kind === "recorded") this.#record(sample);
    else if (fate.kind === "failed") this.#unstored++;
    else {
      this.#reject("unstorable");
      this.#surroundings.onUnstorable?.(fate.detail);
    }
    this.#concludeIfSettled();
  }

  /** There was no room for those of its samples that are left. */
  overflow(): void {
    this.#overflowed = true;
    this.#unstored = this.#open;
    this.#concludeIfSettled();
  }

  /** Our own code broke on it. */
  break(): void {
    this.#unstored = this.#open;
    this.#endAs("failed");
  }

  #record(sample: Genuine): void {
    this.#end();
    this.#recorded++;
    this.#counters.figures.SamplesRecorded++;
    const isConflicting = this.#surroundings.recent.add(sample);
    if (isConflicting) this.#counters.figures.SamplesConflicting++;
  }

  #reject(reason: RejectionReason): void {
    this.#end();
    this.#rejected.push(reason);
    this.#counters.figures.SamplesRejected++;
    this.#counters.rejected[reason]++;
  }

  /** Once every sample has been recorded, rejected, or given back by storage: now, or when the spill queue has answered. */
  #concludeIfSettled(): void {
    if (this.#open !== this.#unstored) return;
    const { spiller } = this.#surroundings;
    const message = this.#message;
    // The spiller holds it from now on, or nobody has to.
    this.#message = undefined;
    if (this.#unstored === 0) this.#endAs(endOf(this.#recorded + this.#duplicate, this.#rejected.length));
    else if (spiller === undefined || message === undefined) this.#endAs(this.#overflowed ? "shed" : "failed");
    else spiller.offer(message, (fate) => this.#endAs(fate));
  }

  #endAs(fate: Fate): void {
    const { figures } = this.#counters;
    figures.MessagesInFlight--;
    figures[fateFigures[fate]]++;
    if (isUnstored(fate)) {
      figures[unstoredFigures[fate]] += this.#unstored;
      this.#end(this.#unstored);
    }
    for (const [counters, count] of this.#echoes ?? []) this.#endEchoes(counters, count, fate);
    this.#echoes = undefined;
    this.#surroundings.onEnd?.(this);
  }

  #endEchoes({ figures, rejected }: MutableCounters, count: number, fate: Fate): void {
    figures.MessagesInFlight -= count;
    figures[fateFigures[fate]] += count;
    figures.RecordsInFlight -= count * this.samples;
    figures.SamplesDuplicate += count * (this.#recorded + this.#duplicate);
    figures.SamplesRejected += count * this.#rejected.length;
    for (const reason of this.#rejected) rejected[reason] += count;
    if (isUnstored(fate)) figures[unstoredFigures[fate]] += count * this.#unstored;
  }

  #end(samples = 1): void {
    this.#open -= samples;
    this.#counters.figures.RecordsInFlight -= samples;
  }
}

function isUnstored(fate: Fate): fate is keyof typeof unstoredFigures {
  return fate in unstoredFigures;
}

function receive(counters: MutableCounters, bytes: number, samples: number): void {
  const { figures } = counters;
  counters.bytes += bytes;
  figures.MessagesReceived++;
  figures.MessagesInFlight++;
  figures.SamplesDecoded += samples;
  figures.RecordsInFlight += samples;
}
