import { rejectionReasons } from "./outcome.ts";

/**
 * The names of every figure that a collector gives, shared by what counts and by what alarms.
 *
 * Two ledgers, counting deliveries. At every moment, for each listener:
 *   MessagesReceived = MessagesRecorded + MessagesRejected + MessagesFailed + MessagesPartial + MessagesShed + in flight
 *   SamplesDecoded = SamplesRecorded + SamplesRejected (by reason) + SamplesFailed + SamplesShed + in flight
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

/** Dimension names. `Reason` only stands on SamplesRejected, in a dimension set of its own beside the plain one. */
export const dimensionNames = { stage: "Stage", listener: "Listener", reason: "Reason" } as const;

export const reasons = rejectionReasons;
