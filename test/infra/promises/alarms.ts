import { readFileSync } from "node:fs";
import {
  canaryMetricName,
  dimensionNames,
  listenerMetrics,
  metricsNamespace,
  processMetricNames,
  queueRoles,
  unstoredAgeMetricName,
} from "../../../lib/ledger/metrics.ts";
import { listenerNames } from "../../../lib/sample/listener-name.ts";
import { at, type Deployment, list, resourcesOf, textOf } from "../template.ts";

const runbook = readFileSync(new URL("../../../docs/runbook.md", import.meta.url), "utf8");

/** The setting of the stage that is looked at. */
export const runbookUrl = "https://git.example.org/countersign/docs/runbook.md";

/** The anchors of the runbook's sections, as GitHub makes them of headings. */
const sections = Array.from(runbook.matchAll(/^### (.+)$/gm), ([, heading = ""]) =>
  heading.toLowerCase().replaceAll(" ", "-"),
);

/** Every alarm tells the owner, leads to its own section of the runbook, and looks at a figure that is really given. */
export function alarmViolations({ collector, udp }: Deployment): readonly string[] {
  const alarms = [collector, udp].flatMap((template) => resourcesOf(template, "AWS::CloudWatch::Alarm"));
  const anchors = alarms.map(([, { Properties }]) => {
    const [, anchor] = String(at(Properties, "AlarmDescription")).split(`\nRunbook: ${runbookUrl}#`);
    return anchor ?? "";
  });
  const metrics = [
    ...alarms.flatMap(([id, { Properties }]) => [
      { id, metric: Properties },
      ...list(at(Properties, "Metrics")).map((one) => ({ id, metric: at(one, "MetricStat", "Metric") })),
    ]),
    ...resourcesOf(udp, "AWS::ApplicationAutoScaling::ScalingPolicy").map(([id, { Properties }]) => {
      const configuration = at(Properties, "TargetTrackingScalingPolicyConfiguration");
      return { id, metric: at(configuration, "CustomizedMetricSpecification") };
    }),
  ].filter(({ metric }) => at(metric, "Namespace") === metricsNamespace);
  return [
    ...sections.filter((section) => !anchors.includes(section)).map((section) => `no alarm leads to #${section}`),
    ...anchors.filter((anchor) => !sections.includes(anchor)).map((anchor) => `no section #${anchor}`),
    ...anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index).map((anchor) => `two alarms: #${anchor}`),
    ...alarms.filter(([, { Properties }]) => !tellsOwner(Properties)).map(([id]) => `${id} tells nobody`),
    ...alarms
      .filter(([, { Properties }]) => at(Properties, "TreatMissingData") === undefined)
      .map(([id]) => `${id} does not say what silence means`),
    ...metrics
      .filter(({ metric }) => !isGiven(metric))
      .map(({ id, metric }) => `${id}: ${JSON.stringify(metric)} is never given`),
  ];
}

function tellsOwner(alarm: unknown): boolean {
  return ["AlarmActions", "OKActions"].every((name) => textOf(at(alarm, name, 0)) === "MonitoringAlarmTopic");
}

/** Whether a listener, the canary on its way, or the whole process gives that figure, under exactly these dimensions. */
function isGiven(metric: unknown): boolean {
  const dimensions = new Map(list(at(metric, "Dimensions")).map((one) => [at(one, "Name"), at(one, "Value")]));
  if (dimensions.get(dimensionNames.stage) !== "prod") return false;
  const named = (name: string) => name === at(metric, "MetricName");
  if (dimensions.size === 1) return processMetricNames.some(named);
  const queue = queueRoles.find((role) => role === dimensions.get(dimensionNames.queue));
  if (queue !== undefined) return dimensions.size === 2 && named(unstoredAgeMetricName);
  const listener = listenerNames.find((name) => name === dimensions.get(dimensionNames.listener));
  const given = listener === undefined ? [] : [...listenerMetrics[listener], canaryMetricName];
  return dimensions.size === 2 && given.some(named);
}
