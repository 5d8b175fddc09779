import { rejectionReasons } from "./outcome.ts";

/**
 * The names of every figure that a collector gives, shared by what counts and by what alarms.
 *
 * Two ledgers, counting deliveries. At every moment, for each listener:
 *   MessagesReceived = MessagesRecorded + MessagesRejected + MessagesFailed + MessagesPartial + MessagesShed + in flight
 *   SamplesDecoded = SamplesRecorded + SamplesRejected (by reason) + SamplesFailed + SamplesShed + in flight
 *
 * A message that can't be decoded counts as one sample, rejected: so many as it has on a socket, and nobody can
 * tell how many a queue's message was meant to have.
 */
export const metricsNamespace = "Countersign";

export const metricNames = [
  "MessagesReceived",
  "MessagesRecorded",
  "MessagesRejected",
  "MessagesFailed",
  /** Some of its samples recorded, some rejected. */
  "MessagesPartial",
  "MessagesShed",
  "SamplesDecoded",
  "SamplesRecorded",
  "SamplesRejected",
  "SamplesFailed",
  "SamplesShed",
  /** Datagrams that the kernel dropped at our own sockets, before we could count them. */
  "KernelDrops",
  /** Records waiting for storage, at the moment of writing: what a scaling policy looks at. */
  "RecordsInFlight",
] as const;
export type MetricName = (typeof metricNames)[number];

/** Where a figure was counted: `Listener` is one of these. */
export const listenerNames = ["queue", "udp", "tcp"] as const;
export type ListenerName = (typeof listenerNames)[number];

const ledgerFigures = [
  "MessagesReceived",
  "MessagesRecorded",
  "MessagesRejected",
  "MessagesFailed",
  "SamplesDecoded",
  "SamplesRecorded",
  "SamplesRejected",
  "SamplesFailed",
] as const satisfies readonly MetricName[];
const socketFigures = [
  ...ledgerFigures,
  "MessagesShed",
  "SamplesShed",
  "RecordsInFlight",
] as const satisfies readonly MetricName[];

/**
 * Which figures each listener gives, those that are 0 too. The others it could only ever give as 0: the queue side
 * sheds nothing, since SQS holds what is waiting; a datagram or frame is one sample, so it is never recorded in part.
 * KernelDrops is absent where the system does not tell (anything but Linux).
 */
export const listenerMetrics: Readonly<Record<ListenerName, readonly MetricName[]>> = {
  queue: [...ledgerFigures, "MessagesPartial"],
  udp: [...socketFigures, "KernelDrops"],
  tcp: socketFigures,
};

/** Dimension names. `Reason` only stands on SamplesRejected, in a dimension set of its own beside the plain one. */
export const dimensionNames = { stage: "Stage", listener: "Listener", reason: "Reason" } as const;

export const reasons = rejectionReasons;
