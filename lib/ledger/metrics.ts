import type { ListenerName } from "../sample/listener-name.ts";
import { rejectionReasons } from "../sample/rejection.ts";

/**
 * The names of every figure that a collector gives, shared by what counts and by what alarms.
 *
 * Two ledgers, counting deliveries. At every moment, for each listener:
 *   MessagesReceived = MessagesRecorded + MessagesRejected + MessagesFailed + MessagesPartial + MessagesSpilled
 *                      + MessagesShed + MessagesInFlight
 *   SamplesDecoded = SamplesRecorded + SamplesDuplicate + SamplesRejected (by reason) + SamplesFailed + SamplesSpilled
 *                    + SamplesShed + RecordsInFlight
 *
 * A message that can't be opened counts as one sample, rejected: nobody can tell how many it was meant to have.
 */
export const metricsNamespace = "Countersign";

/** How often each task writes its figures: twice in a minute, the finest that CloudWatch keeps by default. */
export const SOCKET_METRICS_INTERVAL_MS = 30_000;

export const metricNames = [
  "MessagesReceived",
  "MessagesRecorded",
  "MessagesRejected",
  "MessagesFailed",
  /** Some of its samples recorded, some rejected. */
  "MessagesPartial",
  /** Handed to the spill queue; they count again, under `queue`, when they come back from it. */
  "MessagesSpilled",
  "MessagesShed",
  /** Messages of which some sample waits, at the moment of writing. */
  "MessagesInFlight",
  "SamplesDecoded",
  "SamplesRecorded",
  /** Recorded a moment ago already, so not written again. */
  "SamplesDuplicate",
  "SamplesRejected",
  "SamplesFailed",
  "SamplesSpilled",
  "SamplesShed",
  /** Recorded samples that bill otherwise than a content of their identity recorded a moment ago. Beside the ledger. */
  "SamplesConflicting",
  /** Datagrams that the kernel dropped at our own sockets, before we could count them. */
  "KernelDrops",
  /** TCP connections closed at once, because there were too many or too few descriptors. */
  "ConnectionsRefused",
  /** TCP connections closed for a new one, as they had brought nothing genuine for long. */
  "ConnectionsDisplaced",
  /** TCP connections that came while the process could hardly open any more. */
  "DescriptorsShort",
  /** TCP frames that began and did not come to their end: cut off by us, by the sender or on the way. */
  "FramesCut",
  /** Samples waiting for storage or for the spill queue, at the moment of writing: what a scaling policy looks at. */
  "RecordsInFlight",
  /** The sum of all that the two ledgers lack or count twice: 0 at every moment, or our own code is at fault. */
  "Imbalance",
] as const;
export type MetricName = (typeof metricNames)[number];

/** Figures of the moment, where all others are running totals. */
export const momentaryMetrics: readonly MetricName[] = ["MessagesInFlight", "RecordsInFlight", "Imbalance"];

/** Figures of a whole process, whichever its listeners; with the stage as their only dimension. */
export const processMetricNames = [
  /** Rejected messages kept for somebody to look at. */
  "MessagesQuarantined",
  /** Not kept because others of their kind had used up the share; counted as rejected all the same. */
  "QuarantineSkipped",
  /** Not kept because the quarantine did not take them. */
  "QuarantineFailed",
  /** Readings of the keys that failed; the last good ones stay in use. */
  "KeyReadsFailed",
  /** Lines of the log that could not be written at once: nobody waits for their reader. */
  "LogLinesDropped",
  /** Proved genuine, and refused because another reading of the same text would be another sample. */
  "SamplesAmbiguous",
  /** Recorded although their text could be read in another way. */
  "SamplesMarked",
  /** Met under a signature that was met with another identity. */
  "SamplesRecut",
  /** Recorded although their retention is over: to vanish within days, or beyond five years never. */
  "SamplesExpired",
  /** Whole seconds from a start that did not wait for storage until storage was open. */
  "SecondsWithoutStorage",
  /** Attempts to open it, meanwhile, that failed by what does not pass by itself. */
  "StorageRefused",
] as const;
export type ProcessMetricName = (typeof processMetricNames)[number];

/** Samples that a key proved genuine, by its id. Prometheus alone gets it: in CloudWatch each key would cost a metric. */
export const keyMetricName = "SamplesVerified";

/** The field of a log line, and no metric, that says by its id that a key proved samples genuine. */
export const keyUsedField = "KeyUsed";

/** In the place of a key's id, which it can't be: keys that are used are told here, and none may have been. */
export const noKey = "*";

/** A line stands for the uses of its stretch of the clock, in milliseconds: short, as a line may be lost on its way. */
export const keyUsePeriodMs = 600_000;

/**
 * Seconds since a queue last answered a call for messages, at the moment of writing; with the stage and the queue, by
 * its role for us, as dimensions. Only a process that polls emits it: for a deployed function Lambda polls, and the age of
 * a queue's oldest message says the same.
 */
export const pollAgeMetricName = "SecondsSincePoll";

/**
 * Seconds since a queue got the oldest of those messages that an invocation could not store, 0 where it stored all; with
 * the stage and the queue, by its role for us, as dimensions. SQS tells no age of a message that was received three times.
 */
export const unstoredAgeMetricName = "SecondsUnstored";

/**
 * 1 for a sample that a deployment sent itself and did not find in storage, 0 for one that it found; with the stage and the
 * listener as dimensions. The canary emits it, and no collector.
 */
export const canaryMetricName = "CanaryLost";

/** The roles of a queue for us. */
export const queueRoles = ["queue", "spillQueue"] as const;
export type QueueRole = (typeof queueRoles)[number];

const ledgerFigures = [
  "MessagesReceived",
  "MessagesRecorded",
  "MessagesRejected",
  "MessagesFailed",
  "MessagesPartial",
  "SamplesDecoded",
  "SamplesRecorded",
  "SamplesDuplicate",
  "SamplesRejected",
  "SamplesFailed",
  "SamplesConflicting",
  "Imbalance",
] as const satisfies readonly MetricName[];
export const socketFigures = [
  ...ledgerFigures,
  "MessagesSpilled",
  "MessagesShed",
  "MessagesInFlight",
  "SamplesSpilled",
  "SamplesShed",
  "RecordsInFlight",
] as const satisfies readonly MetricName[];
export const connectionFigures = [
  "ConnectionsRefused",
  "ConnectionsDisplaced",
  "DescriptorsShort",
  "FramesCut",
] as const satisfies readonly MetricName[];

/**
 * Which figures each listener gives, those that are 0 too. The others it could only ever give as 0: the queue side
 * sheds and spills nothing, since SQS holds what is waiting.
 * KernelDrops is absent where the system does not tell (anything but Linux).
 */
export const listenerMetrics: Readonly<Record<ListenerName, readonly MetricName[]>> = {
  queue: ledgerFigures,
  udp: [...socketFigures, "KernelDrops"],
  tcp: [...socketFigures, ...connectionFigures],
};

/** Dimension names. `Reason` only stands on SamplesRejected, in a dimension set of its own beside the plain one. */
export const dimensionNames = {
  stage: "Stage",
  listener: "Listener",
  reason: "Reason",
  queue: "Queue",
} as const;

export const reasons = rejectionReasons;
