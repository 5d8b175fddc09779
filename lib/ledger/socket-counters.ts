import { noRejections, type RejectionReason } from "../sample/rejection.ts";

/**
 * What became of every message of one listener, and of every sample in them. At every moment
 *   received = recorded + rejectedMessages + partial + failed + spilled + shed + inFlight
 *   samples.decoded = samples.recorded + duplicate + the sum of rejected + failed + spilled + shed + inFlight
 */
export interface ListenerCounters {
  /** Whole datagrams or frames. */
  readonly received: number;
  /** In those, without the length in front of a frame. */
  readonly bytes: number;
  readonly recorded: number;
  /** Nothing of it can be recorded. */
  readonly rejectedMessages: number;
  /** Some of its samples recorded, some rejected. */
  readonly partial: number;
  /** Genuine, but storage did not take it in the time allowed, and there is no spill queue; or our own code broke on it. */
  readonly failed: number;
  /** Handed to the spill queue. */
  readonly spilled: number;
  /** Neither the record queue nor the spill queue had room for it; or, unseen, our own receive buffer had none. */
  readonly shed: number;
  /** Held: on the way to storage or to the spill queue. */
  readonly inFlight: number;
  readonly samples: SampleCounters;
  /** Samples by reason; a message that can't be opened counts as one. */
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** Of the samples recorded, those that contradict what was recorded a moment ago; apart from the ledger. */
  readonly conflicting: number;
  /** Of the socket or of our own code; apart from the ledger. */
  readonly errors: number;
  /**
   * UDP only, and only in a snapshot: datagrams that the kernel dropped at this socket, before they could be received;
   * apart from the ledger. Absent where the system does not tell (anything but Linux).
   */
  readonly kernelDrops?: number;
  /** TCP only. */
  readonly connections?: ConnectionCounters;
}

export interface SampleCounters {
  readonly decoded: number;
  readonly recorded: number;
  /** Recorded a moment ago already, so not written again. */
  readonly duplicate: number;
  readonly failed: number;
  readonly spilled: number;
  readonly shed: number;
  readonly inFlight: number;
}

/** A connection that we close is counted under one cause. */
export interface ConnectionCounters {
  readonly open: number;
  readonly accepted: number;
  /** Closed at once: there were too many, or too few descriptors, and none that could go for it. */
  readonly refused: number;
  /** Closed for a new one: the longest that brought nothing genuine. */
  readonly displaced: number;
  /** New ones that came while descriptors were short, refused or not. */
  readonly descriptorsShort: number;
  /** Closed for a length that no frame can have, or ended inside a frame by either side. */
  readonly framingErrors: number;
  /** Closed because a frame took too long. */
  readonly timeouts: number;
  /** Closed because all connections together held too much. */
  readonly overBuffered: number;
  /** Frames that had begun and never came to their end, whichever the cause; or whose length no frame can have. */
  readonly framesCut: number;
  /** Held now, of frames not complete or not yet taken. */
  readonly bufferedBytes: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export type MutableConnectionCounters = Writable<ConnectionCounters>;

export interface MutableCounters extends Writable<ListenerCounters> {
  rejected: Record<RejectionReason, number>;
  samples: Writable<SampleCounters>;
}

export function newCounters(connections?: MutableConnectionCounters): MutableCounters {
  const counters: MutableCounters = {
    received: 0,
    bytes: 0,
    recorded: 0,
    rejectedMessages: 0,
    partial: 0,
    failed: 0,
    spilled: 0,
    shed: 0,
    inFlight: 0,
    samples: { decoded: 0, recorded: 0, duplicate: 0, failed: 0, spilled: 0, shed: 0, inFlight: 0 },
    rejected: noRejections(),
    conflicting: 0,
    errors: 0,
  };
  return connections === undefined ? counters : { ...counters, connections };
}

export function newConnectionCounters(): MutableConnectionCounters {
  return {
    open: 0,
    accepted: 0,
    refused: 0,
    displaced: 0,
    descriptorsShort: 0,
    framingErrors: 0,
    timeouts: 0,
    overBuffered: 0,
    framesCut: 0,
    bufferedBytes: 0,
  };
}

export function snapshotOf(counters: ListenerCounters): ListenerCounters {
  const { connections } = counters;
  return Object.freeze({
    ...counters,
    samples: Object.freeze({ ...counters.samples }),
    rejected: Object.freeze({ ...counters.rejected }),
    ...(connections !== undefined && { connections: Object.freeze({ ...connections }) }),
  });
}
