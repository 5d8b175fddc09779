import type { MetricName, ProcessMetricName } from "../../ledger/metrics.ts";
import type { ListenerName } from "../../sample/listener-name.ts";
import type { Finding, Severity } from "../finding/finding.ts";
import type { Figures } from "./figures.ts";

/** A figure that is 0 as long as all is well. */
interface LossFigure {
  readonly name: MetricName | ProcessMetricName;
  /** None: a figure of the process. */
  readonly listeners?: readonly ListenerName[];
  readonly severity: Severity;
  readonly says: string;
  /** The runbook's section, which has more. */
  readonly section: string;
  readonly todo: string;
}

const sockets = ["udp", "tcp"] as const;
const all = ["queue", "udp", "tcp"] as const;

/** In the order in which they are told: what loses most surely first. */
export const lossFigures: readonly LossFigure[] = [
  {
    name: "KernelDrops",
    listeners: ["udp"],
    severity: "fault",
    says: "datagrams were dropped by the kernel before they were read: those samples are lost",
    todo: "give the collector more processor time or more tasks",
    section: "kernel-drops",
  },
  {
    name: "SamplesShed",
    listeners: sockets,
    severity: "fault",
    says: "samples found room nowhere: they are lost",
    todo: "see why storage does not take them, and name a spill queue",
    section: "samples-shed",
  },
  {
    name: "SamplesFailed",
    listeners: sockets,
    severity: "fault",
    says: "samples could not be stored and could not be spilled: they are lost",
    todo: "read the log for the cause, and name a spill queue",
    section: "socket-samples-failed",
  },
  {
    name: "StorageRefused",
    severity: "fault",
    says: "attempts to open storage failed by what does not pass by itself",
    todo: "read the log for the cause: a missing table, a right, a newer format",
    section: "storage-refused",
  },
  {
    name: "Imbalance",
    listeners: all,
    severity: "fault",
    says: "is what the ledger lacks or counts twice: a fault of our own",
    todo: "report it with the log",
    section: "imbalance",
  },
  {
    name: "SamplesSpilled",
    listeners: sockets,
    severity: "risk",
    says: "samples went to the spill queue, as storage did not keep up",
    todo: "see whether storage throttles or was away",
    section: "spilling",
  },
  {
    name: "ConnectionsRefused",
    listeners: ["tcp"],
    severity: "risk",
    says: "connections were refused: a publisher may be among them",
    todo: "see who opens so many, and raise --tcp-connections or tcpConnections if they are publishers",
    section: "connections-refused",
  },
  {
    name: "DescriptorsShort",
    listeners: ["tcp"],
    severity: "risk",
    says: "connections came while the process could hardly open anything",
    todo: "raise its limit of open files",
    section: "descriptors-short",
  },
  {
    name: "KeyReadsFailed",
    severity: "risk",
    says: "readings of the keys failed: a new key may be unknown, a retired one accepted",
    todo: "read the log for the cause",
    section: "key-reads-failed",
  },
  {
    name: "QuarantineFailed",
    severity: "risk",
    says: "rejected messages could not be kept",
    todo: "see whether the quarantine can be written to",
    section: "quarantine-failed",
  },
  {
    name: "SamplesAmbiguous",
    severity: "risk",
    says: "genuine samples were refused because their text can be read as another sample",
    todo: "look at them in the quarantine",
    section: "samples-ambiguous",
  },
  {
    name: "SamplesRecut",
    severity: "risk",
    says: "samples came under a signature that was met with another sample: somebody cuts messages anew",
    todo: "look at the log for who sends them",
    section: "samples-recut",
  },
  {
    name: "SamplesConflicting",
    listeners: all,
    severity: "risk",
    says: "samples bill otherwise than what was stored of them before",
    todo: "look at them with countersign conflicts ls",
    section: "new-conflicts",
  },
  {
    name: "LogLinesDropped",
    severity: "risk",
    says: "lines of the log were dropped: whoever takes them is behind",
    todo: "see what reads the log",
    section: "log-lines-dropped",
  },
];

/** What was lost, or nearly so, by what a collector has counted. */
export function lossFindings(figures: Figures): readonly Finding[] {
  return lossFigures.flatMap(({ name, listeners = [undefined], severity, says, todo, section }) =>
    listeners.flatMap((listener): readonly Finding[] => {
      const count = figures.total(name, listener);
      if (count === 0) return [];
      return [
        {
          severity,
          check: "loss",
          about: listener === undefined ? name : `${name} of ${listener}`,
          says: `${count} ${says} (${figures.span})`,
          todo: `${todo}: docs/runbook.md#${section}`,
        },
      ];
    }),
  );
}
