import { Duration } from "aws-cdk-lib";
import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import { dimensionNames, type ListenerName, type MetricName, metricsNamespace, reasons } from "../collector/metrics.ts";

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
