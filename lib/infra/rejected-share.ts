import type { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { listenerMetrics } from "../ledger/metrics.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import { collectorMetric } from "./collector-metric.ts";

/** Rejected messages in a period from which on they are a share of anything: one bad message of ten is noise. */
export const FEWEST_REJECTED = 5;

/**
 * Messages of these listeners of which something was rejected, in percent of those received; 0 while they are few.
 * Counted by message, because what can't be decoded has no samples to count.
 */
export function rejectedShare(stage: string, listeners: readonly ListenerName[], period: Duration): IMetric {
  const usingMetrics: Record<string, IMetric> = {};
  const sum = (name: "MessagesReceived" | "MessagesRejected" | "MessagesPartial") =>
    listeners
      .filter((listener) => listenerMetrics[listener].includes(name))
      .map((listener) => {
        const id = `${listener}${name}`;
        usingMetrics[id] = collectorMetric(stage, listener, name, { period });
        return `FILL(${id}, 0)`;
      })
      .join(" + ");
  const wrong = [sum("MessagesRejected"), sum("MessagesPartial")].filter((terms) => terms !== "").join(" + ");
  const received = sum("MessagesReceived");
  return new MathExpression({
    expression: `IF((${wrong}) >= ${FEWEST_REJECTED}, 100 * (${wrong}) / (${received}), 0)`,
    usingMetrics,
    label: "% rejected",
    period,
  });
}
