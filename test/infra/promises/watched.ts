import { at, type Deployment, list, resourcesOf, type Template, textOf } from "../template.ts";

/** Every table, index and queue of AWS's that can stand still is in an alarm on that. */
export function watchedViolations({ collector }: Deployment): readonly string[] {
  const throttles = watched(collector, "WriteThrottleEvents");
  const asked = ["NumberOfMessagesReceived", "NumberOfEmptyReceives"].map((name) => watched(collector, name));
  return [
    ...tablesOf(collector)
      .filter((name) => !throttles.includes(name))
      .map((name) => `no alarm on throttled writes of ${name}`),
    ...readQueuesOf(collector)
      .filter((name) => !asked.every((names) => names.includes(name)))
      .map((name) => `no alarm on nobody reading ${name}`),
  ];
}

/** What the alarms look at by a metric of AWS's: a table, a table and its index, or a queue. */
function watched(template: Template, metricName: string): readonly string[] {
  return resourcesOf(template, "AWS::CloudWatch::Alarm")
    .flatMap(([, { Properties }]) => list(at(Properties, "Metrics")).map((one) => at(one, "MetricStat", "Metric")))
    .filter((metric) => at(metric, "MetricName") === metricName)
    .map((metric) => {
      const dimensions = new Map(list(at(metric, "Dimensions")).map((one) => [at(one, "Name"), at(one, "Value")]));
      const names = ["TableName", "GlobalSecondaryIndexName", "QueueName"].map((name) => dimensions.get(name));
      return names
        .filter((name) => name !== undefined)
        .map(textOf)
        .join("/");
    });
}

/** Tables, and indexes as `TABLE/INDEX`. */
function tablesOf(template: Template): readonly string[] {
  return resourcesOf(template, "AWS::DynamoDB::Table").flatMap(([id, { Properties }]) => {
    const table = textOf({ Ref: id });
    const indexes = list(at(Properties, "GlobalSecondaryIndexes")).map((index) => at(index, "IndexName"));
    return [table, ...indexes.map((index) => `${table}/${index}`)];
  });
}

function readQueuesOf(template: Template): readonly string[] {
  return resourcesOf(template, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) =>
    textOf(at(Properties, "EventSourceArn")),
  );
}
