import { Duration } from "aws-cdk-lib";
import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import {
  canaryMetricName,
  dimensionNames,
  type MetricName,
  metricsNamespace,
  type ProcessMetricName,
  type QueueRole,
  reasons,
  unstoredAgeMetricName,
} from "../ledger/metrics.ts";
import type { ListenerName } from "../sample/listener-name.ts";

/** As often as a listener writes its figures. */
export const METRIC_PERIOD = Duration.minutes(1);

/** A figure that our own code counts, under the very name and dimensions that it counts it by. Summed by default. */
export function collectorMetric(
  stage: string,
  listener: ListenerName,
  name: MetricName,
  options?: MetricOptions,
): Metric {
  return new Metric({
    namespace: metricsNamespace,
    metricName: name,
    dimensionsMap: { [dimensionNames.stage]: stage, [dimensionNames.listener]: listener },
    statistic: "Sum",
    period: METRIC_PERIOD,
    ...options,
  });
}

/** Rejected samples, one figure a reason. */
export function rejectedByReason(stage: string, listener: ListenerName, options?: MetricOptions): readonly Metric[] {
  return reasons.map((reason) => {
    const all = collectorMetric(stage, listener, "SamplesRejected", { label: `${listener} ${reason}`, ...options });
    return all.with({ dimensionsMap: { ...all.dimensions, [dimensionNames.reason]: reason } });
  });
}

/** A figure of both sides together: whichever process counts it, it is told apart by the stage alone. */
export function processMetric(stage: string, name: ProcessMetricName, options?: MetricOptions): Metric {
  return new Metric({
    namespace: metricsNamespace,
    metricName: name,
    dimensionsMap: { [dimensionNames.stage]: stage },
    statistic: "Sum",
    period: METRIC_PERIOD,
    ...options,
  });
}

/** The age of what a queue's messages could not be stored for, which SQS does not tell once they were received. */
export function unstoredAgeMetric(stage: string, queue: QueueRole, options?: MetricOptions): Metric {
  return new Metric({
    namespace: metricsNamespace,
    metricName: unstoredAgeMetricName,
    dimensionsMap: { [dimensionNames.stage]: stage, [dimensionNames.queue]: queue },
    statistic: "Maximum",
    period: METRIC_PERIOD,
    ...options,
  });
}

/** 1 for a sample of the canary's that was lost on a listener's way, 0 for one that came through. */
export function canaryMetric(stage: string, listener: ListenerName, options?: MetricOptions): Metric {
  return new Metric({
    namespace: metricsNamespace,
    metricName: canaryMetricName,
    dimensionsMap: { [dimensionNames.stage]: stage, [dimensionNames.listener]: listener },
    statistic: "Maximum",
    ...options,
  });
}
