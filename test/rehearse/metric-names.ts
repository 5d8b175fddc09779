import { isObject, type Json, listAt, objectAt, parseJson, textAt } from "./json.ts";
import type { Resource, Templates } from "./templates.ts";

/** A metric as one line: its namespace, its name, and its dimensions in order of their names. */
export type MetricIdentity = string;

/** Every metric that CloudWatch would make of these log lines. */
export function emittedMetrics(lines: readonly string[]): ReadonlySet<MetricIdentity> {
  const emitted = new Set<MetricIdentity>();
  for (const line of lines) {
    const entry = parseJson(line);
    for (const directive of listAt(entry, "_aws", "CloudWatchMetrics")) {
      for (const metric of listAt(directive, "Metrics")) {
        const name = textAt(metric, "Name");
        // CloudWatch makes nothing of a figure that the line doesn't have.
        if (!isObject(entry) || typeof entry[name] !== "number") continue;
        for (const set of listAt(directive, "Dimensions")) {
          const dimensions = listAt(set).map(
            (dimension) => [String(dimension), textAt(entry, String(dimension))] as const,
          );
          emitted.add(identity(textAt(directive, "Namespace"), name, dimensions));
        }
      }
    }
  }
  return emitted;
}

/** Every metric that an alarm or a scaling policy looks at, but those that AWS's own services give. */
export function watchedMetrics(templates: Templates): ReadonlyMap<MetricIdentity, readonly string[]> {
  const watched = new Map<MetricIdentity, string[]>();
  for (const resource of templates.resources) {
    for (const metric of metricsOf(resource)) {
      if (textAt(metric, "Namespace").startsWith("AWS/")) continue;
      const dimensions = listAt(metric, "Dimensions").map(
        (one) => [textAt(one, "Name"), textAt(one, "Value")] as const,
      );
      const one = identity(textAt(metric, "Namespace"), textAt(metric, "MetricName"), dimensions);
      watched.set(one, [...(watched.get(one) ?? []), resource.logicalId]);
    }
  }
  return watched;
}

function metricsOf({ type, properties }: Resource): readonly Json[] {
  switch (type) {
    case "AWS::CloudWatch::Alarm":
      return textAt(properties, "MetricName") === "" ? metricStats(listAt(properties, "Metrics")) : [properties];
    case "AWS::ApplicationAutoScaling::ScalingPolicy": {
      const custom = objectAt(properties, "TargetTrackingScalingPolicyConfiguration", "CustomizedMetricSpecification");
      return textAt(custom, "MetricName") === "" ? metricStats(listAt(custom, "Metrics")) : [custom];
    }
    case "AWS::CloudWatch::AnomalyDetector":
    case "AWS::CloudWatch::CompositeAlarm":
      throw new Error(`the rehearsal can't read the metrics of ${type}`);
    default:
      return [];
  }
}

/** Of an expression's parts, those that are metrics. */
function metricStats(queries: readonly Json[]): readonly Json[] {
  return queries
    .map((query) => objectAt(query, "MetricStat", "Metric"))
    .filter((metric) => textAt(metric, "MetricName") !== "");
}

function identity(
  namespace: string,
  name: string,
  dimensions: readonly (readonly [name: string, value: string])[],
): MetricIdentity {
  const sorted = dimensions.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `${namespace} ${name} {${sorted.map(([dimension, value]) => `${dimension}=${value}`).join(", ")}}`;
}
