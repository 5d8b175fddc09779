import { Dashboard, GraphWidget, type IMetric, MathExpression, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { listenerMetrics, type MetricName, type ProcessMetricName } from "../ledger/metrics.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import {
  canaryMetric,
  collectorMetric,
  processMetric,
  rejectedByReason,
  unstoredAgeMetric,
} from "./collector-metric.ts";
import type { QueueCollector } from "./queue-collector.ts";
import type { SampleStorage } from "./sample-storage.ts";

export interface CollectorDashboardProps {
  readonly stage: string;
  readonly queueCollector: QueueCollector;
  readonly storage: SampleStorage;
  /** Whether the socket side is deployed as well. */
  readonly sockets: boolean;
  /** Listeners that the canary sends to. @default none */
  readonly canaryListeners?: readonly ListenerName[];
}

const FULL_WIDTH = 24;

/** One page that reads from top to bottom as a sample travels: what is received ends in one of the rows below. */
export class CollectorDashboard extends Construct {
  readonly dashboard: Dashboard;
  readonly #stage: string;
  readonly #listeners: readonly ListenerName[];

  constructor(scope: Construct, id: string, props: CollectorDashboardProps) {
    super(scope, id);
    const { queueCollector, storage, sockets, canaryListeners = [] } = props;
    this.#stage = props.stage;
    this.#listeners = sockets ? ["queue", "udp", "tcp"] : ["queue"];
    const { queue, spillQueue, deadLetterQueue } = queueCollector;
    const ownLost = canaryListeners.map((listener) => canaryMetric(props.stage, listener, { label: listener }));
    const ofProcesses = (name: ProcessMetricName, label: string) => processMetric(props.stage, name, { label });

    this.dashboard = new Dashboard(this, "Dashboard", {
      widgets: [
        [new TextWidget({ markdown: explanation, width: FULL_WIDTH, height: 3 })],
        row("Received: messages", this.#each("MessagesReceived"), "Received: samples", this.#each("SamplesDecoded")),
        row(
          "Recorded: samples",
          this.#each("SamplesRecorded"),
          "Recorded in part: messages",
          this.#each("MessagesPartial"),
        ),
        row(
          "Rejected: samples by reason",
          this.#listeners.flatMap((listener) => rejectedByReason(props.stage, listener)),
          "Rejected: messages",
          this.#each("MessagesRejected"),
        ),
        [graph("Duplicate: samples, recorded a moment before", this.#each("SamplesDuplicate"))],
        row(
          "Quarantined: messages",
          [
            ofProcesses("MessagesQuarantined", "kept"),
            ofProcesses("QuarantineSkipped", "beyond the share"),
            ofProcesses("QuarantineFailed", "failed"),
          ],
          "Keys: readings that failed; log: lines dropped",
          [ofProcesses("KeyReadsFailed", "failed"), ofProcesses("LogLinesDropped", "dropped")],
        ),
        [graph("Conflicting: samples, recorded beside what they contradict", this.#each("SamplesConflicting"))],
        row("Ambiguous: samples refused", [ofProcesses("SamplesAmbiguous", "refused")], "Ambiguous: samples recorded", [
          ofProcesses("SamplesMarked", "with a mark"),
          ofProcesses("SamplesRecut", "one signature, two samples"),
        ]),
        [graph("Imbalance: what the ledger lacks or counts twice, always 0", this.#each("Imbalance"))],
        row("Failed: samples", this.#each("SamplesFailed"), "Failed: messages", this.#each("MessagesFailed")),
        ...(sockets ? this.#socketRows() : []),
        row(
          "Queues: age of the oldest message, seconds",
          [
            queue.metricApproximateAgeOfOldestMessage({ label: "queue" }),
            spillQueue.queue.metricApproximateAgeOfOldestMessage({ label: "spill queue" }),
            unstoredAgeMetric(props.stage, "queue", { label: "queue, tried again" }),
            unstoredAgeMetric(props.stage, "spillQueue", { label: "spill queue, tried again" }),
          ],
          "Queues: messages waiting, and dead letters",
          [
            queue.metricApproximateNumberOfMessagesVisible({ label: "queue" }),
            spillQueue.queue.metricApproximateNumberOfMessagesVisible({ label: "spill queue" }),
            deadLetterQueue.metricApproximateNumberOfMessagesVisible({ label: "dead letters" }),
          ],
        ),
        ...(canaryListeners.length > 0 ? [[graph("Canary: samples of our own that were lost", ownLost)]] : []),
        row("Cost: DynamoDB write units", writeUnits(storage), "Cost: Lambda GB-seconds and SQS messages", [
          gigabyteSeconds(queueCollector),
          queue.metricNumberOfMessagesReceived({ label: "queue" }),
          spillQueue.queue.metricNumberOfMessagesReceived({ label: "spill queue" }),
        ]),
      ],
    });
  }

  #each(name: MetricName): readonly IMetric[] {
    return this.#listeners
      .filter((listener) => listenerMetrics[listener].includes(name))
      .map((listener) => collectorMetric(this.#stage, listener, name, { label: listener }));
  }

  #socketRows() {
    const drops = collectorMetric(this.#stage, "udp", "KernelDrops");
    const waiting = (["udp", "tcp"] as const).map((listener) =>
      collectorMetric(this.#stage, listener, "RecordsInFlight", { label: listener, statistic: "Maximum" }),
    );
    return [
      row("Spilled: samples", this.#each("SamplesSpilled"), "Spilled: messages", this.#each("MessagesSpilled")),
      row(
        "Started without storage: seconds, all tasks together",
        [processMetric(this.#stage, "SecondsWithoutStorage", { label: "seconds" })],
        "Storage refused: attempts to open it",
        [processMetric(this.#stage, "StorageRefused", { label: "attempts" })],
      ),
      row("Shed: samples", this.#each("SamplesShed"), "Shed: messages", this.#each("MessagesShed")),
      row("Kernel drops: datagrams", [drops], "Records in flight, the fullest task", waiting),
      row(
        "TCP: connections refused or displaced, descriptors short",
        (["ConnectionsRefused", "ConnectionsDisplaced", "DescriptorsShort"] as const).map((name) =>
          collectorMetric(this.#stage, "tcp", name, { label: name }),
        ),
        "TCP: frames cut",
        this.#each("FramesCut"),
      ),
    ];
  }
}

const explanation =
  "Messages: received = recorded + rejected + failed + partial + spilled + shed + in flight. " +
  "Samples: decoded = recorded + duplicate + rejected + failed + spilled + shed + in flight. " +
  "What was spilled is received once more, by the queue. " +
  "Whatever is not recorded is explained in a row below; each alarm has its section in docs/runbook.md.";

function row(leftTitle: string, left: readonly IMetric[], rightTitle: string, right: readonly IMetric[]) {
  return [graph(leftTitle, left), graph(rightTitle, right)];
}

function graph(title: string, metrics: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...metrics], width: FULL_WIDTH / 2, leftYAxis: { min: 0, showUnits: false } });
}

function writeUnits({ tables }: SampleStorage): readonly IMetric[] {
  if (tables === undefined) return [];
  return [tables.samples, tables.resources].map((table) =>
    table.metricConsumedWriteCapacityUnits({ statistic: "Sum", label: table.node.id }),
  );
}

function gigabyteSeconds({ function: handler }: QueueCollector): IMetric {
  return new MathExpression({
    // The function has one gigabyte, so its seconds are what is billed.
    expression: "milliseconds / 1000",
    usingMetrics: { milliseconds: handler.metricDuration({ statistic: "Sum" }) },
    label: "GB-seconds",
  });
}
