import { describe, expect, it } from "vitest";
import { at, type Deployment, list, resourcesOf } from "../template.ts";
import { type CostLine, dollars, idleCost } from "./idle-cost.ts";
import { deployments } from "./network-costs.ts";

const { on, without } = deployments();
const usual = on("endpoints");

/** Of the lines that are not as they usually are: what they say now. */
function changes(edit: (copy: Deployment) => void): Readonly<Record<string, string | undefined>> {
  const copy = structuredClone({ collector: usual.collector, udp: usual.udp });
  edit(copy);
  const said = (lines: readonly CostLine[]) => new Map(lines.map(({ what, cents }) => [what, dollars(cents)]));
  const [before, after] = [said(idleCost(usual, without)), said(idleCost(copy, without))];
  const names = Array.from(new Set([...before.keys(), ...after.keys()]));
  return Object.fromEntries(
    names.filter((name) => before.get(name) !== after.get(name)).map((name) => [name, after.get(name)]),
  );
}

/** Copies the first resource of a type, or makes one without properties. */
function another(type: string) {
  return ({ udp }: Deployment) => {
    const [, first] = resourcesOf(udp, type)[0] ?? [];
    udp.Resources.Another = structuredClone(first ?? { Type: type, Properties: {} });
  };
}

/** Puts other values to some properties of the first resource of a type. */
function changed(type: string, values: object, ...path: readonly string[]) {
  return ({ udp }: Deployment) => {
    const [, first] = resourcesOf(udp, type)[0] ?? [];
    Object.assign(Object(at(first?.Properties, ...path)), values);
  };
}

/** Gives the tasks another value of a variable. */
function inEnvironment(name: string, Value: string) {
  return ({ udp }: Deployment) => {
    const [, task] = resourcesOf(udp, "AWS::ECS::TaskDefinition")[0] ?? [];
    const variables = list(at(task?.Properties, "ContainerDefinitions", 0, "Environment"));
    Object.assign(Object(variables.find((one) => at(one, "Name") === name)), { Value });
  };
}

describe("what a socket side costs idle", () => {
  it.each<[string, (copy: Deployment) => void, Readonly<Record<string, string>>]>([
    [
      "an endpoint",
      ({ udp }) => {
        const [, one] = resourcesOf(udp, "AWS::EC2::VPCEndpoint").find(([id]) => id.includes("Sqs")) ?? [];
        if (one !== undefined) udp.Resources.Another = one;
      },
      { "interface endpoints; none in a VPC of your own": "87.60" },
    ],
    [
      "a task",
      changed("AWS::ApplicationAutoScaling::ScalableTarget", { MinCapacity: 3 }),
      {
        tasks: "43.25",
        "log lines": "0.35",
        "reading the keys": "0.13",
      },
    ],
    ["the size of a task", changed("AWS::ECS::TaskDefinition", { Cpu: "1024", Memory: "2048" }), { tasks: "57.67" }],
    ["a load balancer", another("AWS::ElasticLoadBalancingV2::LoadBalancer"), { "load balancer": "32.85" }],
    [
      "public addresses of a load balancer",
      changed("AWS::ElasticLoadBalancingV2::LoadBalancer", { Scheme: "internet-facing" }),
      { "public IPv4 addresses": "7.30" },
    ],
    [
      "public addresses of tasks",
      changed("AWS::ECS::Service", { AssignPublicIp: "ENABLED" }, "NetworkConfiguration", "AwsvpcConfiguration"),
      { "public IPv4 addresses": "7.30" },
    ],
    ["an address that is kept", another("AWS::EC2::EIP"), { "public IPv4 addresses": "3.65" }],
    ["a listener less", inEnvironment("COUNTERSIGN_LISTEN", "udp://0.0.0.0:4952"), { "own metrics": "9.00" }],
    ["the key cache", inEnvironment("COUNTERSIGN_KEY_CACHE_SECONDS", "60"), { "reading the keys": "0.44" }],
    [
      "an alarm",
      ({ udp }) => {
        udp.Resources.Another = { Type: "AWS::CloudWatch::Alarm", Properties: {} };
      },
      { alarms: "4.00" },
    ],
    [
      "an alarm of the other stack",
      ({ collector }) => {
        collector.Resources.Another = { Type: "AWS::CloudWatch::Alarm", Properties: {} };
      },
      { alarms: "4.00" },
    ],
    ["a scaling policy", another("AWS::ApplicationAutoScaling::ScalingPolicy"), { alarms: "4.10" }],
    ["a dashboard", another("AWS::CloudWatch::Dashboard"), { dashboards: "3.00" }],
    ["a secret", another("AWS::SecretsManager::Secret"), { secrets: "0.40" }],
    ["a key", another("AWS::KMS::Key"), { keys: "1.00" }],
  ])("follows the template in %s", (_, edit, lines) => {
    expect(changes(edit)).toEqual(lines);
  });

  it("is not told where nobody has said what a resource costs", () => {
    expect(() => changes(another("AWS::EC2::NatGateway"))).toThrow(
      "what does it cost, or is it free: AWS::EC2::NatGateway",
    );
  });
});
