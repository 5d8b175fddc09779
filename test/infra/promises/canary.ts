import { canaryFromEnvironment } from "../../../lib/canary/canary-settings.ts";
import { canaryMetricName, dimensionNames } from "../../../lib/ledger/metrics.ts";
import { at, type Deployment, list, resourcesOf, type Template, textOf } from "../template.ts";

/** Three runs in each quarter of an hour, none of them near its borders. */
const SCHEDULE = "cron(2/5 * * * ? *)";

/** A canary goes every way that samples come, and its owner hears when one does not come through or none is sent. */
export function canaryViolations({ collector, udp }: Deployment): readonly string[] {
  return [
    ...brokenIn("QueueCanary", collector, ["queue"], "QueueCollector"),
    ...brokenIn("SocketCanary", udp, ["udp", "tcp"], "UdpCollectorService"),
  ];
}

function brokenIn(who: string, template: Template, listeners: readonly string[], after: string): readonly string[] {
  const [id, handler] = resourcesOf(template, "AWS::Lambda::Function").find(([name]) => name.startsWith(who)) ?? [];
  if (id === undefined || handler === undefined) return [`${who} is not there`];
  const name = textOf({ Ref: id });
  const told = canaryFromEnvironment(variablesOf(handler.Properties));
  if (!told.ok) return told.problems.map((problem) => `${who}: ${problem}`);
  const { to, withinSeconds } = told.settings;
  const [rule] = resourcesOf(template, "AWS::Events::Rule").filter(([, { Properties }]) => {
    return textOf(at(Properties, "Targets", 0, "Arn")) === name;
  });
  const mayCall = resourcesOf(template, "AWS::Lambda::Permission").some(
    ([, { Properties }]) =>
      textOf(at(Properties, "FunctionName")) === name &&
      at(Properties, "Principal") === "events.amazonaws.com" &&
      textOf(at(Properties, "SourceArn")) === textOf({ Ref: rule?.[0] }),
  );
  const held: readonly (readonly [promise: string, kept: boolean])[] = [
    ["goes each way", to.map(({ listener }) => listener).join() === listeners.join()],
    ["runs three times in each quarter of an hour", at(rule?.[1].Properties, "ScheduleExpression") === SCHEDULE],
    ["is switched on", at(rule?.[1].Properties, "State") === "ENABLED"],
    ["may be called by its schedule", mayCall],
    [
      "first runs when there is somebody to receive",
      list(rule?.[1].DependsOn).some((one) => String(one).startsWith(after)),
    ],
    ["has the time that it gives its samples", Number(at(handler.Properties, "Timeout")) >= withinSeconds + 15],
    ["has an alarm", hasAlarm(template, name, listeners)],
  ];
  return held.filter(([, kept]) => !kept).map(([promise]) => `${who} no longer ${promise}`);
}

/** On each of its listeners and on the function itself; on silence, too, but not before there was a figure. */
function hasAlarm(template: Template, functionName: string, listeners: readonly string[]): boolean {
  const wanted = [...listeners.map((listener) => `${canaryMetricName} ${listener}`), `Errors ${functionName}`];
  return resourcesOf(template, "AWS::CloudWatch::Alarm").some(([, { Properties }]) => {
    const metrics = list(at(Properties, "Metrics")).flatMap((one) => {
      const metric = at(one, "MetricStat", "Metric");
      return metric === undefined ? [] : `${at(metric, "MetricName")} ${whoseOf(metric)}`;
    });
    return (
      metrics.join() === wanted.join() &&
      list(at(Properties, "Metrics")).some((one) => /^MAX\(\[[a-z, ]+\]\)$/.test(String(at(one, "Expression")))) &&
      at(Properties, "Threshold") === 0 &&
      at(Properties, "EvaluationPeriods") === 3 &&
      at(Properties, "TreatMissingData") === "missing" &&
      textOf(at(Properties, "InsufficientDataActions", 0)) === "MonitoringAlarmTopic"
    );
  });
}

function whoseOf(metric: unknown): string {
  const dimensions = new Map(list(at(metric, "Dimensions")).map((one) => [at(one, "Name"), at(one, "Value")]));
  return textOf(dimensions.get(dimensionNames.listener) ?? dimensions.get("FunctionName"));
}

function variablesOf(handler: unknown): Record<string, string> {
  const variables = Object.entries(at(handler, "Environment", "Variables") ?? {});
  // A queue's URL is known when there is a queue.
  return Object.fromEntries(
    variables.map(([name, value]) => [name, textOf(value).replace(/^QueueCollectorQueue$/, "https://queue.example/q")]),
  );
}
