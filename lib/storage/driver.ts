import type { Event, MeteringRecord, Sample } from "../sample/sample.ts";

/** What became of one record: stored, to be tried again, or never storable here. */
export type Stored =
  | { readonly kind: "recorded" }
  | { readonly kind: "failed"; readonly cause: unknown }
  | { readonly kind: "unstorable"; readonly detail: string };

/** A place where samples and events are kept. */
export interface StorageDriver {
  /** For messages and counters: the kind of storage, such as `dynamodb`. */
  readonly name: string;

  /** Why this record can never be stored here (a service's limit, with its figures); undefined if it can. Pure. */
  unstorable(record: MeteringRecord): string | undefined;

  /**
   * Stores durably; one answer a record, in order. Never rejects its promise for what a service answered.
   * What is recorded twice is read back once. An empty batch makes no call.
   */
  record(records: readonly MeteringRecord[]): Promise<readonly Stored[]>;

  /** Newest first, each identity once. */
  samples(filter: SampleFilter): AsyncIterable<Sample>;

  /** Newest first, each identity once. */
  events(filter: EventFilter): AsyncIterable<Event>;

  /** Releases what the driver holds. Twice is fine. */
  close(): Promise<void>;
}

/** Times are normalised as in `Sample.time`; `from` is included, `to` is not. */
export interface TimeRange {
  readonly from?: string;
  readonly to?: string;
}

export interface SampleFilter extends TimeRange {
  readonly meter?: string;
  readonly resource?: string;
  readonly project?: string;
  /** At most so many, the newest. */
  readonly limit?: number;
}

export interface EventFilter extends TimeRange {
  readonly type?: string;
  readonly limit?: number;
}
