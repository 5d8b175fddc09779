import { Duration } from "aws-cdk-lib";
import { TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { SOCKET_METRICS_INTERVAL_MS } from "../ledger/metrics.ts";
import { METRIC_PERIOD } from "./collector-metric.ts";
import { type AlarmTarget, LossAlarm } from "./loss-alarm.ts";
import type { UdpCollector } from "./udp-collector.ts";

export interface UdpServiceMonitoringProps extends AlarmTarget {
  readonly udpCollector: UdpCollector;
}

/** The alarm ends by itself so long after the last one. */
const DEPLOYMENT_PERIOD = Duration.minutes(15);

const TASKS_PERIOD = Duration.minutes(5);

/** Longer than a deployment, in which old tasks and new ones run side by side. */
const TASKS_PERIODS = 6;

/** Alarms on the tasks themselves: whether there are any, whether they answer, and whether there may be more. */
export class UdpServiceMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: UdpServiceMonitoringProps) {
    super(scope, id);
    const { udpCollector, ...target } = props;
    new LossAlarm(this, "CollectorSilent", {
      ...target,
      says: "No task has written its figures: either none runs, or all other alarms here are blind",
      metric: udpCollector.metric("udp", "MessagesReceived", { statistic: "SampleCount" }),
      below: 1,
      periods: 3,
      missing: TreatMissingData.BREACHING,
    });
    new LossAlarm(this, "UnhealthyTargets", {
      ...target,
      says: "The load balancer finds tasks that do not answer their health check",
      metric: udpCollector.metricUnhealthyTargets({ period: METRIC_PERIOD }),
      periods: 5,
    });
    new LossAlarm(this, "NoHealthyTargets", {
      ...target,
      says: "The load balancer has no task to send to: everything that comes by UDP or TCP is lost",
      metric: udpCollector.metricHealthyTargets({ period: METRIC_PERIOD }),
      below: 1,
      periods: 3,
      missing: TreatMissingData.BREACHING,
    });
    new LossAlarm(this, "DeploymentFailed", {
      ...target,
      says: "ECS gave up a deployment of the tasks and rolled it back: the version before goes on running",
      metric: udpCollector.metricFailedDeployments({ period: DEPLOYMENT_PERIOD }),
    });
    const { minTasks, maxTasks } = udpCollector;
    // Where their number is fixed it is always the most.
    if (minTasks < maxTasks) {
      const written = TASKS_PERIOD.toMilliseconds() / SOCKET_METRICS_INTERVAL_MS;
      new LossAlarm(this, "TasksAtMaximum", {
        ...target,
        says: `All ${maxTasks} tasks that may run have been running for half an hour: what comes beyond what they can do is spilled, or lost`,
        // How often all tasks together have written their figures; a task that has just come may lack one or two.
        metric: udpCollector.metric("udp", "MessagesReceived", { statistic: "SampleCount", period: TASKS_PERIOD }),
        above: (maxTasks - 0.5) * written,
        periods: TASKS_PERIODS,
      });
    }
    // Before there are tasks, silence is no news: a first deployment would ring.
    this.node.addDependency(udpCollector.service);
  }
}
