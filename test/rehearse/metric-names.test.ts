import { describe, expect, it } from "vitest";
import type { JsonObject } from "./json.ts";
import { emittedMetrics, watchedMetrics } from "./metric-names.ts";
import type { Resource, Templates } from "./templates.ts";

function templatesOf(...resources: readonly Pick<Resource, "type" | "properties">[]): Templates {
  const all = resources.map((resource, index) => ({
    ...resource,
    stack: "stack",
    logicalId: `Resource${index}`,
    definition: {},
  }));
  return {
    folder: "",
    stacks: ["stack"],
    files: [],
    resources: all,
    ofType: (type) => all.filter((resource) => resource.type === type),
    find: () => undefined,
    exported: () => undefined,
    output: () => undefined,
  };
}

const directive = {
  Namespace: "Ours",
  Dimensions: [["Stage", "Listener"], ["Stage"]],
  Metrics: [{ Name: "Received" }, { Name: "Absent" }],
};

function line(fields: JsonObject): string {
  return JSON.stringify({ _aws: { Timestamp: 0, CloudWatchMetrics: [directive] }, ...fields });
}

const dimension = (Name: string, Value: string) => ({ Name, Value });

describe("metrics that log lines give", () => {
  it("has one for each figure that is there and each set of dimensions, with the dimensions' values", () => {
    const lines = ["no JSON", '{"message":"plain"}', line({ Stage: "prod", Listener: "udp", Received: 0 })];
    expect(Array.from(emittedMetrics(lines))).toEqual([
      "Ours Received {Listener=udp, Stage=prod}",
      "Ours Received {Stage=prod}",
    ]);
  });
});

describe("metrics that a template looks at", () => {
  it("finds those of plain alarms, of expressions and of scaling policies, and leaves out those of AWS", () => {
    const metric = (MetricName: string) => ({
      Namespace: "Ours",
      MetricName,
      Dimensions: [dimension("Stage", "prod"), dimension("Listener", "udp")],
    });
    const templates = templatesOf(
      { type: "AWS::CloudWatch::Alarm", properties: metric("Failed") },
      { type: "AWS::CloudWatch::Alarm", properties: { ...metric("Age"), Namespace: "AWS/SQS" } },
      {
        type: "AWS::CloudWatch::Alarm",
        properties: { Metrics: [{ Expression: "a / 2" }, { MetricStat: { Metric: metric("Rejected") } }] },
      },
      {
        type: "AWS::ApplicationAutoScaling::ScalingPolicy",
        properties: { TargetTrackingScalingPolicyConfiguration: { CustomizedMetricSpecification: metric("Failed") } },
      },
    );
    expect(Array.from(watchedMetrics(templates))).toEqual([
      ["Ours Failed {Listener=udp, Stage=prod}", ["Resource0", "Resource3"]],
      ["Ours Rejected {Listener=udp, Stage=prod}", ["Resource2"]],
    ]);
  });

  it("says so when it meets a kind of alarm that it can't read", () => {
    const templates = templatesOf({ type: "AWS::CloudWatch::CompositeAlarm", properties: {} });
    expect(() => watchedMetrics(templates)).toThrow("can't read the metrics of AWS::CloudWatch::CompositeAlarm");
  });
});
