import type { Value, ValueMap } from "./value.ts";

/** The generations of Ceilometer, by the canonical text that each signs (docs/protocol.md). */
export const dialects = ["py3", "kilo", "icehouse"] as const;
export type Dialect = (typeof dialects)[number];

/** The forms that a signature covers: the canonical text of a dialect, or the raw bytes of an envelope of signature v2. */
export const signedForms = [...dialects, "v2"] as const;
export type SignedForm = (typeof signedForms)[number];

export const counterTypes = ["gauge", "delta", "cumulative"] as const;
export type CounterType = (typeof counterTypes)[number];

/** An exact number as it was signed: `number` is a float, `bigint` an integer of any size. */
export type ExactNumber = number | bigint;

/**
 * One volume of one meter on one resource at one time, proved genuine. Immutable. Names are the wire's.
 * A field that may be absent was signed only when present, so `undefined` and `null` differ.
 */
export interface Sample {
  readonly kind: "sample";
  /** The form that the signature was verified against. */
  readonly dialect: SignedForm;
  /** `timestamp` in UTC with six digits of a second: `2022-09-30T12:00:00.123456Z`. Sorts as text. */
  readonly time: string;
  readonly source: string;
  readonly counter_name: string;
  readonly counter_type: CounterType;
  readonly counter_unit: string;
  /** Finite; never rounded. */
  readonly counter_volume: ExactNumber;
  readonly user_id: string | null;
  readonly project_id: string | null;
  readonly resource_id: string;
  /** As it was sent and signed. */
  readonly timestamp: string;
  readonly resource_metadata: ValueMap | null;
  readonly message_id: string;
  /** 64 lower-case hexadecimal digits; null with signature v2, where the envelope has the only one. */
  readonly message_signature: string | null;
  /** Since Ceilometer 7.1. */
  readonly monotonic_time?: ExactNumber | null;
  /** Since Ceilometer 18.1. */
  readonly user_name?: string | null;
  readonly project_name?: string | null;
  /** Sent by the TCP publisher. */
  readonly publisher_id?: string | null;
  /** Other signed top-level fields that a setting allows; empty by default. */
  readonly extra: ValueMap;
}

/** `[name, type, value]`; types: 0 none, 1 text, 2 integer, 3 float, 4 date and time as text. */
export type Trait = readonly [name: string, dtype: bigint, value: Value];

/** A notification that Ceilometer turned into an event (Kilo and later). Immutable. */
export interface Event {
  readonly kind: "event";
  readonly dialect: SignedForm;
  /** `generated` in UTC with six digits of a second. */
  readonly time: string;
  readonly message_id: string;
  readonly event_type: string;
  /** As it was sent and signed. */
  readonly generated: string;
  readonly traits: readonly Trait[];
  /** The whole notification, where the publisher is set to send it. Absent before Liberty. */
  readonly raw?: ValueMap | null;
  readonly message_signature: string | null;
  readonly extra: ValueMap;
}

export type MeteringRecord = Sample | Event;
