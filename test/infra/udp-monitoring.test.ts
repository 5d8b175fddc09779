import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, it } from "vitest";
import { UdpMonitoring } from "../../lib/infra/udp-monitoring.ts";
import { UdpServiceMonitoring } from "../../lib/infra/udp-service-monitoring.ts";
import { emptyApp } from "./synthesized.ts";
import { at, list } from "./template.ts";
import { addUdpCollector, type UdpCollectorChanges } from "./udp-collector-parts.ts";

/** Each alarm's properties, by its section of the runbook. */
function alarmsOf(changes?: UdpCollectorChanges): ReadonlyMap<string, unknown> {
  const stack = new Stack(emptyApp(), "Test");
  const topic = Topic.fromTopicArn(stack, "Owner", "arn:aws:sns:eu-west-1:123456789012:owner");
  const udpCollector = addUdpCollector(stack, changes);
  new UdpMonitoring(stack, "Alarms", { stage: "test", udpCollector, topic });
  new UdpServiceMonitoring(stack, "ServiceAlarms", { udpCollector, topic });
  const found = Object.values(Template.fromStack(stack).findResources("AWS::CloudWatch::Alarm"));
  return new Map(
    found.map(({ Properties }) => [String(at(Properties, "AlarmDescription")).replace(/^.*#/s, ""), Properties]),
  );
}

describe("the alarm on blocked clients", () => {
  it("rings for UDP and for TCP, after three minutes in a row", () => {
    const alarm = alarmsOf().get("blocked-clients");
    const metrics = list(at(alarm, "Metrics"));
    expect({
      expression: at(metrics[0], "Expression"),
      metrics: metrics.slice(1).map((one) => [at(one, "Id"), at(one, "MetricStat", "Metric", "MetricName")]),
      threshold: at(alarm, "Threshold"),
      periods: at(alarm, "EvaluationPeriods"),
    }).toEqual({
      expression: "SUM([FILL(udp, 0), FILL(tcp, 0)])",
      metrics: [
        ["udp", "SecurityGroupBlockedFlowCount_Inbound_UDP"],
        ["tcp", "SecurityGroupBlockedFlowCount_Inbound_TCP"],
      ],
      threshold: 0,
      periods: 3,
    });
  });

  it("is left out where the internet may knock, and no other is", () => {
    const [inside, outside] = [alarmsOf(), alarmsOf(() => ({ internetFacing: true }))];
    expect(Array.from(inside.keys()).filter((section) => !outside.has(section))).toEqual(["blocked-clients"]);
  });
});

describe("the alarm on as many tasks as may run", () => {
  it("rings when figures of the last one have come for half an hour, ten in five minutes from each", () => {
    const alarm = alarmsOf(() => ({ minTasks: 2, maxTasks: 4 })).get("tasks-at-maximum");
    const of = (name: string) => at(alarm, name);
    expect(
      ["MetricName", "Statistic", "Period", "Threshold", "ComparisonOperator", "EvaluationPeriods"].map(of),
    ).toEqual(["MessagesReceived", "SampleCount", 300, 35, "GreaterThanThreshold", 6]);
  });

  it("is left out where their number is fixed, and no other is", () => {
    const [scaled, fixed] = [alarmsOf(), alarmsOf(() => ({ minTasks: 3, maxTasks: 3 }))];
    expect(Array.from(scaled.keys()).filter((section) => !fixed.has(section))).toEqual(["tasks-at-maximum"]);
  });
});
