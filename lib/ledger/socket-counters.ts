import { noRejections, type RejectionReason } from "../sample/rejection.ts";
import type { connectionFigures, socketFigures } from "./metrics.ts";

/** The figures that a socket's listener counts itself; Imbalance is what they lack. */
export type SocketFigure = Exclude<(typeof socketFigures)[number], "Imbalance">;
export type ConnectionFigure = (typeof connectionFigures)[number];

/** The counts of one listener: its figures under the names that metrics, alarms and the log give them, and others beside. */
export interface ListenerCounters {
  /**
   * Both ledgers of the listener (see `metrics.ts`). KernelDrops stands in a snapshot alone, of UDP, and is absent where
   * the system does not tell (anything but Linux).
   */
  readonly figures: Readonly<Record<SocketFigure, number> & Partial<Record<ConnectionFigure | "KernelDrops", number>>>;
  /** SamplesRejected once more, by reason; a message that can't be opened counts as one sample. */
  readonly rejected: Readonly<Record<RejectionReason, number>>;
  /** Of the messages received, without the length in front of a frame. */
  readonly bytes: number;
  /** Of the socket or of our own code. */
  readonly errors: number;
  /** TCP only. */
  readonly connections?: ConnectionCounters;
}

/** The counts of a TCP listener's connections beside its figures. One that we close is counted under one cause. */
export interface ConnectionCounters {
  readonly open: number;
  readonly accepted: number;
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

export interface MutableCounters extends Writable<ListenerCounters> {
  figures: Writable<ListenerCounters["figures"]>;
  rejected: Record<RejectionReason, number>;
}

export interface TcpCounters extends MutableCounters {
  figures: Record<SocketFigure | ConnectionFigure, number>;
  connections: Writable<ConnectionCounters>;
}

export function newCounters(): MutableCounters {
  return { figures: socketZeros(), rejected: noRejections(), bytes: 0, errors: 0 };
}

export function newTcpCounters(): TcpCounters {
  const connections = { open: 0, accepted: 0, framingErrors: 0, timeouts: 0, overBuffered: 0, bufferedBytes: 0 };
  const figures = {
    ...socketZeros(),
    ConnectionsRefused: 0,
    ConnectionsDisplaced: 0,
    DescriptorsShort: 0,
    FramesCut: 0,
  };
  return { ...newCounters(), figures, connections };
}

/** @param kernelDrops datagrams that the kernel dropped at this socket, before they could be received */
export function snapshotOf(counters: ListenerCounters, kernelDrops?: number): ListenerCounters {
  const { connections } = counters;
  return Object.freeze({
    ...counters,
    figures: Object.freeze({ ...counters.figures, ...(kernelDrops !== undefined && { KernelDrops: kernelDrops }) }),
    rejected: Object.freeze({ ...counters.rejected }),
    ...(connections !== undefined && { connections: Object.freeze({ ...connections }) }),
  });
}

function socketZeros(): Record<SocketFigure, number> {
  return {
    MessagesReceived: 0,
    MessagesRecorded: 0,
    MessagesRejected: 0,
    MessagesFailed: 0,
    MessagesPartial: 0,
    MessagesSpilled: 0,
    MessagesShed: 0,
    MessagesInFlight: 0,
    SamplesDecoded: 0,
    SamplesRecorded: 0,
    SamplesDuplicate: 0,
    SamplesRejected: 0,
    SamplesFailed: 0,
    SamplesSpilled: 0,
    SamplesShed: 0,
    SamplesConflicting: 0,
    RecordsInFlight: 0,
  };
}
