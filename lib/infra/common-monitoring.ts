import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { MetricName } from "../ledger/metrics.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import { collectorMetric, METRIC_PERIOD, processMetric } from "./collector-metric.ts";
import { type AlarmTarget, LossAlarm } from "./loss-alarm.ts";

export interface CommonMonitoringProps extends AlarmTarget {
  readonly stage: string;
  /** Whether the socket side is deployed as well. */
  readonly sockets: boolean;
}

/** How long the alarm on conflicts looks back: it ends by itself so long after the last new one. */
const CONFLICT_PERIOD = Duration.hours(1);

/** Alarms on what function and tasks have in common: keys, conflicts, re-cuts, what is kept of rejected messages, the log, and the ledger itself. */
export class CommonMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: CommonMonitoringProps) {
    super(scope, id);
    const { stage, sockets, topic, runbookUrl } = props;
    const listeners: readonly ListenerName[] = sockets ? ["queue", "udp", "tcp"] : ["queue"];
    const target = { topic, ...(runbookUrl !== undefined && { runbookUrl }) };
    // Each has been tried several times over by then, so one is enough.
    new LossAlarm(this, "KeyReadsFailed", {
      ...target,
      says: "The signing secret can't be read: new keys stay unknown, and retired ones go on being accepted",
      metric: processMetric(stage, "KeyReadsFailed"),
    });
    new LossAlarm(this, "QuarantineFailed", {
      ...target,
      says: "Rejected messages can't be kept: those of the queue come back, those by UDP or TCP can't be replayed",
      metric: processMetric(stage, "QuarantineFailed"),
      periods: 5,
    });
    new LossAlarm(this, "NewConflicts", {
      ...target,
      says: "Somebody with a key says something else of a sample than was recorded of it; both are kept, and the greatest volume counts until it is settled",
      metric: summed("SamplesConflicting", stage, listeners, CONFLICT_PERIOD),
    });
    new LossAlarm(this, "Imbalance", {
      ...target,
      says: "Received is not what became of it: a fault of our own, and no figure can be relied on until it is found",
      metric: summed("Imbalance", stage, listeners, METRIC_PERIOD),
    });
    new LossAlarm(this, "LogLinesDropped", {
      ...target,
      says: "Log lines are dropped: whoever takes them is behind, and metrics come late",
      metric: processMetric(stage, "LogLinesDropped"),
    });
    // From the first one: each is a sample that somebody is not billed for, and no noise can cause one.
    new LossAlarm(this, "SamplesAmbiguous", {
      ...target,
      says: "Genuine samples are refused because their text can be read as another sample; they are kept whole",
      metric: processMetric(stage, "SamplesAmbiguous"),
    });
    new LossAlarm(this, "SamplesRecut", {
      ...target,
      says: "One signature was met with two samples: somebody who reads messages sends them cut anew",
      metric: processMetric(stage, "SamplesRecut"),
    });
  }
}

function summed(name: MetricName, stage: string, listeners: readonly ListenerName[], period: Duration): IMetric {
  const metrics = listeners.map((listener) => [listener, collectorMetric(stage, listener, name, { period })] as const);
  return new MathExpression({
    expression: metrics.map(([listener]) => `FILL(${listener}, 0)`).join(" + "),
    usingMetrics: Object.fromEntries(metrics),
    label: name,
    period,
  });
}
