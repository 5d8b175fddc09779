import type { EventIdentity, SampleIdentity } from "../sample/identity.ts";
import type { Event, MeteringRecord, Sample } from "../sample/sample.ts";
import type { Settlement } from "./settlement.ts";

/** The fate of one record: stored, to be tried again, or never storable here. */
export type Stored =
  | { readonly kind: "recorded" }
  | { readonly kind: "failed"; readonly cause: unknown }
  | { readonly kind: "unstorable"; readonly detail: string };

/** A place where samples and events are kept. */
export interface StorageDriver {
  /** For messages and counters: the kind of storage, such as `dynamodb`. */
  readonly name: string;

  /**
   * Why nothing can be read from it, and what to do instead. Each of its readings then fails with it; what is recorded
   * and settled is taken as by any other. @default it can be read
   */
  readonly writeOnly?: string | undefined;

  /** Why this record can never be stored here (a service's limit, with its figures); undefined if it can. Pure. */
  unstorable(record: MeteringRecord): string | undefined;

  /**
   * Stores durably; one answer per record, in order. Never rejects its promise for what a service answered.
   * A content recorded twice is read back once. Two contents of one identity are two rows: neither overwrites the other.
   * An empty batch makes no call.
   */
  record(records: readonly MeteringRecord[]): Promise<readonly Stored[]>;

  /**
   * Newest first, in the one order of `newestFirst`. Contents of one identity that bill the same are one sample; those that don't are all here, beside
   * each other, and each says how it stands. Whoever adds volumes up takes those that pass `counts`.
   */
  samples(filter: SampleFilter): AsyncIterable<StoredSample>;

  /** Identities in conflict, newest first, each with all of its contents, also those of other projects. */
  conflicts(filter: ConflictFilter): AsyncIterable<Conflict>;

  /** Records durably which content of a conflict is right. Of several settlements of one identity, the latest rules. */
  settle(settlement: Settlement): Promise<Stored>;

  /** Newest first, each content of an identity once. */
  events(filter: EventFilter): AsyncIterable<Event>;

  /**
   * Opens anew what the driver holds open by its name: another program may have moved it away. Nothing in hand is lost.
   * Rejects with what the disk answers; the next batch tries again. @default there is nothing to open anew
   */
  reopen?(): Promise<void>;

  /** Releases what the driver holds. Twice is fine. */
  close(): Promise<void>;
}

/**
 * How one content stands in a conflict. As long as nobody has settled it, for each project, type and unit the greatest
 * volume `counts` and others are `outdone`; afterwards one is `right`, and others are `wrong`.
 */
export type Standing = "counts" | "outdone" | "right" | "wrong";

/** A sample as it is read back. */
export interface StoredSample extends Sample {
  /** Absent where all contents of its identity bill the same. */
  readonly conflict?: Standing;
}

/** Whether the volume of a stored sample is part of a sum. */
export function counts({ conflict }: StoredSample): boolean {
  return conflict === undefined || conflict === "counts" || conflict === "right";
}

/** One identity of which several contents that bill otherwise are stored. */
export interface Conflict {
  /** At least two. Those that count come first, then by volume, the greatest first. */
  readonly samples: readonly StoredSample[];
  /** The decision that settled it; absent while it is open. */
  readonly settlement?: Settlement;
}

/** Times are normalised as in `Sample.time`; `from` is included, `to` is not. */
export interface TimeRange {
  readonly from?: string;
  readonly to?: string;
}

export interface SampleFilter extends TimeRange {
  readonly meter?: string;
  readonly resource?: string;
  /** null: without one. That is null on the wire, or the empty text, which some publishers send instead. */
  readonly project?: string | null;
  /** Only what comes behind it, read newest first. It need not be stored any more. */
  readonly after?: SampleIdentity;
  /** At most so many identities, the newest: a conflict is never cut in two. */
  readonly limit?: number;
}

export interface ConflictFilter extends SampleFilter {
  /** Also those that have been settled. */
  readonly settled?: boolean;
}

export interface EventFilter extends TimeRange {
  readonly type?: string;
  /** As in `SampleFilter`. */
  readonly after?: EventIdentity;
  readonly limit?: number;
}
