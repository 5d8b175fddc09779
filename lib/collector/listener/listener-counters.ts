import { noRejections, type RejectionReason } from "../outcome.ts";

/**
 * What became of every message of one listener. At every moment
 * received = recorded + the sum of rejected + failed + shed + inFlight.
 */
export interface ListenerCounters {
  /** Whole datagrams or frames. */
  readonly received: number;
  /** In those, without the length in front of a frame. */
  readonly bytes: number;
  readonly recorded: number;
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** Genuine, but storage did not take it in the time allowed. */
  readonly failed: number;
  /** Genuine, but the queue was full. */
  readonly shed: number;
  /** In the queue, or on the way to storage. */
  readonly inFlight: number;
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

/** A connection that we close is counted under one cause. */
export interface ConnectionCounters {
  readonly open: number;
  readonly accepted: number;
  /** Over the limit of connections: closed at once. */
  readonly refused: number;
  /** Closed for a length that no frame can have, or ended inside a frame by either side. */
  readonly framingErrors: number;
  /** Closed because a frame took too long. */
  readonly timeouts: number;
  /** Closed because all connections together held too much. */
  readonly overBuffered: number;
  /** Held now, of frames not complete or not yet taken. */
  readonly bufferedBytes: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export type MutableConnectionCounters = Writable<ConnectionCounters>;

export interface MutableCounters extends Writable<ListenerCounters> {
  rejected: Record<RejectionReason, number>;
}

export function newCounters(connections?: MutableConnectionCounters): MutableCounters {
  const counters: MutableCounters = {
    received: 0,
    bytes: 0,
    recorded: 0,
    rejected: noRejections(),
    failed: 0,
    shed: 0,
    inFlight: 0,
    errors: 0,
  };
  return connections === undefined ? counters : { ...counters, connections };
}

export function newConnectionCounters(): MutableConnectionCounters {
  return { open: 0, accepted: 0, refused: 0, framingErrors: 0, timeouts: 0, overBuffered: 0, bufferedBytes: 0 };
}

export function snapshotOf(counters: ListenerCounters): ListenerCounters {
  const rejected = Object.freeze({ ...counters.rejected });
  const { connections } = counters;
  return Object.freeze(
    connections === undefined
      ? { ...counters, rejected }
      : { ...counters, rejected, connections: Object.freeze({ ...connections }) },
  );
}
