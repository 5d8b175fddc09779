import { Construct } from "constructs";
import type { Canary } from "./canary.ts";
import { type AlarmTarget, LossAlarm } from "./loss-alarm.ts";

export interface CanaryMonitoringProps extends AlarmTarget {
  readonly canary: Canary;
  /** The alarm's id: a section of the runbook. */
  readonly alarmId: "QueueCanary" | "SocketCanary";
  /** Its ways, in words. */
  readonly way: string;
}

/** One datagram may be lost, and one run meet a task that is replaced; three in a row are an outage. */
const RUNS = 3;

/** The alarm on samples that do not come through. */
export class CanaryMonitoring extends Construct {
  constructor(scope: Construct, id: string, { canary, alarmId, way, ...target }: CanaryMonitoringProps) {
    super(scope, id);
    new LossAlarm(this, alarmId, {
      ...target,
      says: `Samples that we send ourselves by ${way} have not come through for a quarter of an hour, or are not sent any more`,
      metric: canary.metric(),
      periods: RUNS,
      silence: "rings once there was a figure",
    });
  }
}
