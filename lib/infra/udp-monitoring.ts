import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { MetricName } from "../ledger/metrics.ts";
import { METRIC_PERIOD, processMetric } from "./collector-metric.ts";
import { type AlarmTarget, LossAlarm } from "./loss-alarm.ts";
import { REJECTED_PERCENT } from "./queue-monitoring.ts";
import { FEWEST_REJECTED, rejectedShare } from "./rejected-share.ts";
import { type UdpCollector, udpListeners } from "./udp-collector.ts";

export interface UdpMonitoringProps extends AlarmTarget {
  readonly stage: string;
  readonly udpCollector: UdpCollector;
}

/** A publisher sends each sample by itself, so several polls of one are enough to be told from noise. */
const SOCKET_SHARE_PERIOD = Duration.minutes(15);

/** Half of what a record queue holds before it sheds. */
const BACKLOG = 5_000;

/** One alarm for each way in which a sample can be lost between a socket and a table. */
export class UdpMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: UdpMonitoringProps) {
    super(scope, id);
    const { stage, udpCollector, topic, runbookUrl } = props;
    const target = { topic, ...(runbookUrl !== undefined && { runbookUrl }) };
    const overListeners = (name: MetricName, join: string, statistic: string): IMetric => {
      const metrics = udpListeners.map(
        (listener) => [listener, udpCollector.metric(listener, name, { statistic })] as const,
      );
      return new MathExpression({
        expression: metrics.map(([listener]) => `FILL(${listener}, 0)`).join(join),
        usingMetrics: Object.fromEntries(metrics),
        label: name,
        period: METRIC_PERIOD,
      });
    };
    const total = (name: MetricName) => overListeners(name, " + ", "Sum");

    new LossAlarm(this, "KernelDrops", {
      ...target,
      says: "The kernel dropped datagrams because the collector did not read them fast enough: those samples are lost",
      metric: udpCollector.metric("udp", "KernelDrops"),
    });
    new LossAlarm(this, "Spilling", {
      ...target,
      says: "Storage has not kept up with what comes by UDP and TCP; the rest waits in the spill queue",
      metric: total("SamplesSpilled"),
      periods: 5,
    });
    // From the first one: nothing but a person ends it, and the spill queue keeps samples for days alone.
    new LossAlarm(this, "StorageRefused", {
      ...target,
      says: "A task was started and can't open storage, for a reason that does not pass by itself; all it receives goes to the spill queue",
      metric: processMetric(stage, "StorageRefused"),
    });
    new LossAlarm(this, "SamplesShed", {
      ...target,
      says: "Samples found room neither in front of storage nor in the spill queue, or a task had no room to look at them: they are lost",
      metric: total("SamplesShed"),
    });
    new LossAlarm(this, "SocketSamplesFailed", {
      ...target,
      says: "The collector itself broke on samples by UDP or TCP, or has no spill queue: they are lost",
      metric: total("SamplesFailed"),
    });
    new LossAlarm(this, "SocketMessagesRejected", {
      ...target,
      says: `More than ${REJECTED_PERCENT} % of what came by UDP or TCP, and at least ${FEWEST_REJECTED} messages, can never be recorded`,
      metric: rejectedShare(stage, udpListeners, SOCKET_SHARE_PERIOD),
      above: REJECTED_PERCENT,
    });
    new LossAlarm(this, "Backlog", {
      ...target,
      says: `A task has more than ${BACKLOG} records waiting for storage, of 10,000 that it can hold`,
      metric: overListeners("RecordsInFlight", " + ", "Maximum"),
      above: BACKLOG,
      periods: 3,
    });
    new LossAlarm(this, "ConnectionsRefused", {
      ...target,
      says: "TCP connections were refused, or closed for new ones: a publisher may be among them, and loses a sample by each",
      metric: new MathExpression({
        expression: "FILL(refused, 0) + FILL(displaced, 0)",
        usingMetrics: {
          refused: udpCollector.metric("tcp", "ConnectionsRefused"),
          displaced: udpCollector.metric("tcp", "ConnectionsDisplaced"),
        },
        label: "refused or displaced",
        period: METRIC_PERIOD,
      }),
    });
    new LossAlarm(this, "DescriptorsShort", {
      ...target,
      says: "A task can hardly open anything any more: TCP connections are refused, and storage may be next",
      metric: udpCollector.metric("tcp", "DescriptorsShort"),
    });
    new LossAlarm(this, "FramesCut", {
      ...target,
      says: "TCP frames began and did not come to their end: what was in them is lost",
      metric: udpCollector.metric("tcp", "FramesCut"),
      // A publisher that is restarted half-way through one is everyday business.
      periods: 3,
    });
    // The internet knocks at every port, all the time.
    if (!udpCollector.internetFacing) {
      new LossAlarm(this, "BlockedClients", {
        ...target,
        says: "Somebody outside the client networks sends to the collector: a new publisher, perhaps",
        metric: udpCollector.metricBlockedFlows({ period: METRIC_PERIOD }),
        periods: 3,
      });
    }
  }
}
