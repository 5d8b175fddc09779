import { at, type Deployment, list, resourcesOf, type Template, textOf } from "../template.ts";

/** Every table, index, queue and deployment of AWS's that can fail is in an alarm on that, and none rings for nothing. */
export function watchedViolations({ collector, udp }: Deployment): readonly string[] {
  const throttles = watched(collector, "WriteThrottleEvents");
  const asked = ["NumberOfMessagesReceived", "NumberOfEmptyReceives"].map((name) => watched(collector, name));
  return [
    ...tablesOf(collector)
      .filter((name) => !throttles.includes(name))
      .map((name) => `no alarm on throttled writes of ${name}`),
    ...readQueuesOf(collector)
      .filter((name) => !asked.every((names) => names.includes(name)))
      .map((name) => `no alarm on nobody reading ${name}`),
    ...tooEarly(udp).map((id) => `${id} rings at the first deployment, before there are tasks`),
    ...(failuresReachAlarm(udp) ? [] : ["no alarm on deployments that are rolled back"]),
  ];
}

/** Alarms to which silence is bad news, and which are made before the service stands. */
function tooEarly(udp: Template): readonly string[] {
  const services = resourcesOf(udp, "AWS::ECS::Service").map(([id]) => id);
  return resourcesOf(udp, "AWS::CloudWatch::Alarm")
    .filter(([, { Properties }]) => at(Properties, "TreatMissingData") === "breaching")
    .filter(([, { DependsOn }]) => !services.some((id) => list(DependsOn).includes(id)))
    .map(([id]) => id);
}

/** From ECS's event by a rule, which counts it once it has somewhere to put it, to the alarm. */
function failuresReachAlarm(udp: Template): boolean {
  const rule = resourcesOf(udp, "AWS::Events::Rule").find(
    ([, { Properties }]) => at(Properties, "EventPattern") !== undefined,
  );
  const alarm = resourcesOf(udp, "AWS::CloudWatch::Alarm").find(
    ([, { Properties }]) => at(Properties, "MetricName") === "TriggeredRules",
  );
  const pattern = at(rule?.[1].Properties, "EventPattern");
  const target = textOf(at(rule?.[1].Properties, "Targets", 0, "Arn"));
  return (
    JSON.stringify(at(pattern, "detail", "eventName")) === '["SERVICE_DEPLOYMENT_FAILED"]' &&
    textOf(at(pattern, "resources", 0)) === "UdpCollectorService" &&
    target === "arn:Partition:logs:Region:AccountId:log-group:UdpCollectorFailedDeploymentsLog" &&
    textOf(at(alarm?.[1].Properties, "Dimensions", 0, "Value")) === "UdpCollectorFailedDeploymentsRule"
  );
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
