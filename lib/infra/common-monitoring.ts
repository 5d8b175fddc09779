import { Construct } from "constructs";
import { processMetric } from "./collector-metric.ts";
import { type AlarmTarget, LossAlarm } from "./loss-alarm.ts";

export interface CommonMonitoringProps extends AlarmTarget {
  readonly stage: string;
}

/** Alarms on what function and tasks have in common: keys, and what is kept of rejected messages. */
export class CommonMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: CommonMonitoringProps) {
    super(scope, id);
    const { stage, topic, runbookUrl } = props;
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
  }
}
