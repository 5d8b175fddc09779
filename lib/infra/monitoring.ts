import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { ListenerName } from "../sample/listener-name.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import { CommonMonitoring } from "./common-monitoring.ts";
import { CollectorDashboard } from "./dashboard.ts";
import type { QueueCollector } from "./queue-collector.ts";
import { QueueMonitoring } from "./queue-monitoring.ts";
import type { SampleStorage } from "./sample-storage.ts";
import { TrafficMonitoring } from "./traffic-monitoring.ts";

export interface MonitoringProps {
  readonly stage: string;
  readonly queueCollector: QueueCollector;
  readonly storage: SampleStorage;
  /** Whether the socket side is deployed as well, in a stack of its own with its own alarms. */
  readonly sockets: boolean;
  /** Listeners where samples come all the time. @default none */
  readonly expectTraffic?: readonly ListenerName[];
  /** Listeners that the canary sends to. @default none */
  readonly canaryListeners?: readonly ListenerName[];
  /** The owner's, for alarms. @default - one is made */
  readonly alarmTopic?: ITopic;
  /** @default "docs/runbook.md", in the repository */
  readonly runbookUrl?: string;
}

/** The alarms that wake the owner, and the dashboard that they look at first. */
export class Monitoring extends Construct {
  readonly alarmTopic: ITopic;
  readonly dashboard: CollectorDashboard;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.alarmTopic = props.alarmTopic ?? new AlarmTopic(this, "AlarmTopic").topic;
    new QueueMonitoring(this, "Alarms", { ...props, topic: this.alarmTopic });
    new CommonMonitoring(this, "CommonAlarms", { ...props, topic: this.alarmTopic });
    new TrafficMonitoring(this, "TrafficAlarms", { ...props, topic: this.alarmTopic });
    this.dashboard = new CollectorDashboard(this, "Dashboard", props);
  }
}
