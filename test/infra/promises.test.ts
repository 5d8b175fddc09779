import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canaryMetricName, listenerMetrics, processMetricNames } from "../../lib/ledger/metrics.ts";
import { listenerNames } from "../../lib/sample/listener-name.ts";
import { statementListsOf } from "./promises/access.ts";
import { runbookUrl } from "./promises/alarms.ts";
import { brokenPromises, promises } from "./promises/promises.ts";
import { stageSettings, synthesize } from "./synthesized.ts";
import { at, type Deployment, list, plainId, type Resource, resourcesOf, type Template } from "./template.ts";

/** All that can be switched on, for whoever is promised something about it. */
const deployment: Deployment = synthesize({
  ...stageSettings("prod"),
  ...{ runbookUrl, expectTraffic: listenerNames, canary: true },
});
/** What most have: the table of costs is about it. */
const usual: Deployment = synthesize();
const deploy = readFileSync("docs/deploy.md", "utf8");

describe("the templates promise that", () => {
  it.each(Object.entries(promises))("%s", (_, violations) => {
    expect(violations(deployment)).toEqual([]);
  });
});

it("docs/deploy.md counts the alarms and metrics that are paid for each month", () => {
  const alarmsOf = (template: Template) => {
    const alarms = resourcesOf(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties);
    const metricsIn = (alarm: unknown) =>
      list(at(alarm, "Metrics")).filter((metric) => at(metric, "MetricStat") !== undefined).length || 1;
    return { alarms: alarms.length, metrics: alarms.reduce<number>((sum, alarm) => sum + metricsIn(alarm), 0) };
  };
  const { collector, udp } = { collector: alarmsOf(usual.collector), udp: alarmsOf(usual.udp) };
  const [, idle = ""] = /alarms \| [0-9]+, with ([0-9]+) metrics ×/.exec(deploy) ?? [];
  const [, more = ""] = /([0-9]+) more in the other stack's/.exec(deploy) ?? [];
  expect(Number(idle) + Number(more)).toBe(collector.metrics);
  const [queue, own] = [listenerMetrics.queue.length, processMetricNames.length];
  for (const words of [
    `| alarms | ${collector.alarms}, with ${idle} metrics`,
    `| alarms | ${udp.alarms}, with ${udp.metrics} metrics, ${more} more`,
    `| own metrics | ${listenerMetrics.udp.length} for UDP, ${listenerMetrics.tcp.length} for TCP and ${own} of the processes`,
    `its ${queue} own metrics and the ${own} of the processes cost up to ${((queue + own) * 0.3).toFixed(2)};`,
  ]) {
    expect(deploy).toContain(words);
  }
});

it("docs/deploy.md counts what the canary adds to that", () => {
  const more = canaryAlarms().map((alarm) => list(at(alarm, "Metrics")).length - 1);
  expect(more).toEqual([2, 3]);
  expect(deploy).toContain(`| alarm, with ${more[0]} and ${more[1]} metrics × 0.10 | 0.20 | 0.30 |`);
  const ways = more.map((metrics) => metrics - 1);
  expect(deploy).toContain(`| own metrics, ${ways[0]} and ${ways[1]} × 0.30 | 0.30 | 0.60 |`);
});

it("the canary's samples do not keep an alarm on silence from ringing, and are none where there is no canary", () => {
  const expressions = (of: Deployment) =>
    resourcesOf(of.collector, "AWS::CloudWatch::Alarm")
      .filter(([id]) => id.startsWith("MonitoringTrafficAlarms"))
      .map(([, { Properties }]) => ({
        expression: at(Properties, "Metrics", 0, "Expression"),
        own: list(at(Properties, "Metrics"))
          .filter((one) => at(one, "Id") === "own")
          .map((one) => [at(one, "MetricStat", "Metric", "MetricName"), at(one, "MetricStat", "Stat")]),
      }));
  const subtracted = { expression: "received - rejected - FILL(own, 0)", own: [[canaryMetricName, "SampleCount"]] };
  const plain = { expression: "received - rejected", own: [] };
  expect(expressions(deployment)).toEqual([subtracted, subtracted, subtracted]);
  const { udp, ...others } = stageSettings("prod");
  const facing = udp && { ...udp, internetFacing: true };
  const outside = synthesize({ ...others, udp: facing, expectTraffic: listenerNames, canary: true });
  expect(expressions(outside)).toEqual([subtracted, plain, plain]);
  expect(canaryAlarms(outside)).toHaveLength(1);
});

it("the dashboard shows what the canary lost, where there is one", () => {
  const shown = ({ collector }: Deployment) =>
    resourcesOf(collector, "AWS::CloudWatch::Dashboard").map(([, { Properties }]) =>
      JSON.stringify(Properties).includes("Canary: samples of our own that were lost"),
    );
  expect([shown(deployment), shown(usual)]).toEqual([[true], [false]]);
});

it("an alarm names the runbook's page in the repository where no runbookUrl is set", () => {
  const descriptions = [usual.collector, usual.udp].flatMap((template) =>
    resourcesOf(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) => at(Properties, "AlarmDescription")),
  );
  expect(descriptions.filter((text) => !/\nRunbook: docs\/runbook\.md#[a-z-]+$/.test(String(text)))).toEqual([]);
});

it("silence is an alarm of the queue's stack only where samples are expected", () => {
  const breaching = ({ collector }: Deployment) =>
    resourcesOf(collector, "AWS::CloudWatch::Alarm")
      .filter(([, { Properties }]) => at(Properties, "TreatMissingData") === "breaching")
      .map(([id]) => plainId(id).replace("MonitoringTrafficAlarms", ""));
  expect([breaching(usual), breaching(deployment)]).toEqual([[], ["NoQueueMessages", "NoDatagrams", "NoFrames"]]);
});

/** The queue's and the sockets'. */
function canaryAlarms({ collector, udp } = deployment): readonly unknown[] {
  return [collector, udp].flatMap((template) =>
    resourcesOf(template, "AWS::CloudWatch::Alarm")
      .filter(([id]) => id.startsWith("CanaryAlarms"))
      .map(([, { Properties }]) => Properties),
  );
}

/** Deletes one thing from a copy of the templates. */
interface Deletion {
  readonly what: string;
  readonly from: (copy: Deployment) => void;
}

describe("a promise is seen to be broken when somebody deletes", () => {
  it.each([
    ["an alarm", 38, resources("AWS::CloudWatch::Alarm")],
    ["an IAM statement", 76, listItems(statementListsOf)],
    ["a rule inside a security group", 7, listItems(rulesOf)],
    [
      "a rule beside a security group",
      10,
      [...resources("AWS::EC2::SecurityGroupIngress"), ...resources("AWS::EC2::SecurityGroupEgress")],
    ],
    ["what keeps other queues' dead letters out of a queue", 2, deletedProperties("RedriveAllowPolicy")],
    ["a whole policy", 22, deletedProperties("PolicyDocument")],
    ["a schedule, or a rule on events", 3, resources("AWS::Events::Rule")],
    ["what a function may be called by", 2, resources("AWS::Lambda::Permission")],
    ["what tells of an alarm's silence", 2, deletedProperties("InsufficientDataActions")],
    ["an event source", 2, resources("AWS::Lambda::EventSourceMapping")],
    ["an attribute of a target group", 6, listItems(targetAttributesOf)],
    ["a pace of scaling", 6, cooldowns()],
    ["an environment variable of a function", 30, variables()],
    ["an environment variable of the tasks", 14, listItems(containerEnvironment)],
  ])("%s", (_, count, deletions) => {
    expect(deletions).toHaveLength(count);
    const unseen = deletions.filter(({ from }) => {
      const copy = structuredClone(deployment);
      from(copy);
      return brokenPromises(copy).length === 0;
    });
    expect(unseen.map(({ what }) => what)).toEqual([]);
  });
});

function stacks(of: Deployment): readonly (readonly [id: string, resource: Resource, all: Record<string, Resource>])[] {
  return [of.collector, of.udp].flatMap(({ Resources }) =>
    Object.entries(Resources).map(([id, resource]) => [id, resource, Resources] as const),
  );
}

function resources(type: string): readonly Deletion[] {
  return stacks(deployment)
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => ({
      what: id,
      from: (copy) => {
        for (const [other, , all] of stacks(copy)) if (other === id) delete all[id];
      },
    }));
}

function deletedProperties(name: string): readonly Deletion[] {
  return stacks(deployment)
    .filter(([, { Properties }]) => at(Properties, name) !== undefined)
    .map(([id]) => ({
      what: id,
      from: (copy) => {
        const [, resource] = stacks(copy).find(([other]) => other === id) ?? [];
        Reflect.deleteProperty(Object(resource?.Properties), name);
      },
    }));
}

/** Each item of each list that is found among a resource's properties. */
function listItems(listsOf: (properties: unknown) => readonly unknown[][]): readonly Deletion[] {
  return stacks(deployment).flatMap(([id, { Properties }]) =>
    listsOf(Properties).flatMap((items, which) =>
      items.map((item, index) => ({
        what: `${id} ${JSON.stringify(item)}`,
        from: (copy: Deployment) => {
          const [, resource] = stacks(copy).find(([other]) => other === id) ?? [];
          listsOf(resource?.Properties)[which]?.splice(index, 1);
        },
      })),
    ),
  );
}

function rulesOf(properties: unknown): readonly unknown[][] {
  return ["SecurityGroupIngress", "SecurityGroupEgress"]
    .map((name) => at(properties, name))
    .filter((rules) => Array.isArray(rules));
}

function targetAttributesOf(properties: unknown): readonly unknown[][] {
  const attributes = at(properties, "TargetGroupAttributes");
  return Array.isArray(attributes) ? [attributes] : [];
}

function cooldowns(): readonly Deletion[] {
  const configurationOf = (resource: Resource | undefined) =>
    at(resource?.Properties, "TargetTrackingScalingPolicyConfiguration");
  return stacks(deployment).flatMap(([id, policy]) =>
    ["ScaleOutCooldown", "ScaleInCooldown"]
      .filter((name) => at(configurationOf(policy), name) !== undefined)
      .map((name) => ({
        what: `${id} ${name}`,
        from: (copy: Deployment) => {
          const [, resource] = stacks(copy).find(([other]) => other === id) ?? [];
          Reflect.deleteProperty(Object(configurationOf(resource)), name);
        },
      })),
  );
}

function containerEnvironment(properties: unknown): readonly unknown[][] {
  const environment = at(properties, "ContainerDefinitions", 0, "Environment");
  return Array.isArray(environment) ? [environment] : [];
}

function variables(): readonly Deletion[] {
  const variablesOf = (of: Deployment) =>
    stacks(of)
      .map(([, { Properties }]) => at(Properties, "Environment", "Variables"))
      .filter((found) => typeof found === "object" && found !== null);
  return variablesOf(deployment).flatMap((found, which) =>
    Object.keys(found).map((name) => ({
      what: name,
      from: (copy: Deployment) => {
        Reflect.deleteProperty(Object(variablesOf(copy)[which]), name);
      },
    })),
  );
}
