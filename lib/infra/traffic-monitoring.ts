import { Duration } from "aws-cdk-lib";
import { MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import type { ListenerName } from "../sample/listener-name.ts";
import { canaryMetric, collectorMetric } from "./collector-metric.ts";
import { type AlarmTarget, LossAlarm } from "./loss-alarm.ts";

export interface TrafficMonitoringProps extends AlarmTarget {
  readonly stage: string;
  /** Listeners where samples come all the time. @default none */
  readonly expectTraffic?: readonly ListenerName[];
  /** Listeners that the canary sends to: its samples are no sign of anybody else's. @default none */
  readonly canaryListeners?: readonly ListenerName[];
}

/** Longer than the ten minutes between two polls of an old publisher. */
const PERIOD = Duration.minutes(15);

/** Alarms on silence, each of which only its owner can tell from a quiet night: they are asked for, one by one. */
const alarms: Readonly<Record<ListenerName, { readonly id: string; readonly what: string }>> = {
  queue: { id: "NoQueueMessages", what: "message of the queue" },
  udp: { id: "NoDatagrams", what: "datagram by UDP" },
  tcp: { id: "NoFrames", what: "frame by TCP" },
};

/** An alarm on each listener where samples are expected and none come: no other figure shows what was never received. */
export class TrafficMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: TrafficMonitoringProps) {
    super(scope, id);
    const { stage, expectTraffic = [], canaryListeners = [], topic, runbookUrl } = props;
    for (const listener of new Set(expectTraffic)) {
      const figure = (name: "MessagesReceived" | "MessagesRejected") =>
        collectorMetric(stage, listener, name, { period: PERIOD });
      const own = canaryListeners.includes(listener)
        ? canaryMetric(stage, listener, { statistic: "SampleCount", period: PERIOD })
        : undefined;
      new LossAlarm(this, alarms[listener].id, {
        topic,
        ...(runbookUrl !== undefined && { runbookUrl }),
        says: `No ${alarms[listener].what} came for half an hour, but for what was rejected: publishers have stopped, or do not reach us`,
        // Neither a scanner's bytes nor our own samples are a sign of life.
        metric: new MathExpression({
          expression: `received - rejected${own === undefined ? "" : " - FILL(own, 0)"}`,
          usingMetrics: {
            received: figure("MessagesReceived"),
            rejected: figure("MessagesRejected"),
            ...(own !== undefined && { own }),
          },
          label: "received and not rejected",
          period: PERIOD,
        }),
        below: 1,
        periods: 2,
        missing: TreatMissingData.BREACHING,
      });
    }
  }
}
