import { listenerMetrics } from "../../../lib/ledger/metrics.ts";
import { stopTimes } from "../../../lib/listener/stop-times.ts";
import { listenerNames } from "../../../lib/sample/listener-name.ts";
import { at, type Deployment, list, resourcesOf } from "../template.ts";

/** Datagrams and frames reach a task that is healthy, in one of several zones, and a task that stops loses nothing. */
export function balancingViolations({ udp }: Deployment): readonly string[] {
  const all = (type: string) => resourcesOf(udp, type).map(([, { Properties }]) => Properties);
  const [balancer] = all("AWS::ElasticLoadBalancingV2::LoadBalancer");
  const [service] = all("AWS::ECS::Service");
  const [scaling] = all("AWS::ApplicationAutoScaling::ScalableTarget");
  const container = at(all("AWS::ECS::TaskDefinition")[0], "ContainerDefinitions", 0);
  const listeners = all("AWS::ElasticLoadBalancingV2::Listener");
  const groups = all("AWS::ElasticLoadBalancingV2::TargetGroup");
  const policies = all("AWS::ApplicationAutoScaling::ScalingPolicy").map((one) =>
    at(one, "TargetTrackingScalingPolicyConfiguration"),
  );
  const ways = listeners.map((one) => `${at(one, "Protocol")} ${at(one, "Port")}`).sort();
  const targetWays = groups.map((one) => `${at(one, "Protocol")} ${at(one, "Port")}`).sort();
  const healthPorts = new Set(groups.map((one) => Number(at(one, "HealthCheckPort"))));
  const mapped = list(at(container, "PortMappings")).map((one) => at(one, "ContainerPort"));
  const scaledOn = policies.map((one) => String(at(one, "CustomizedMetricSpecification", "MetricName") ?? "Cpu"));
  const inFlight = listenerNames.filter((listener) => listenerMetrics[listener].includes("RecordsInFlight"));
  const held: readonly (readonly [promise: string, kept: boolean])[] = [
    ["UDP on 4952 and TCP on 4953", ways.join() === "TCP 4953,UDP 4952"],
    ["each with targets of its own", targetWays.join() === ways.join()],
    ["the load balancer is internal", at(balancer, "Scheme") === "internal"],
    ["and has a security group", list(at(balancer, "SecurityGroups")).length === 1],
    ["in at least two zones", list(at(balancer, "Subnets")).length >= 2],
    [
      "a silent TCP publisher stays connected",
      listeners.some((one) =>
        list(at(one, "ListenerAttributes")).some((attribute) => at(attribute, "Value") === "6000"),
      ),
    ],
    [
      "health is asked over TCP",
      groups.every((one) => ["TCP", "HTTP"].includes(String(at(one, "HealthCheckProtocol")))),
    ],
    ["at a port that the container opens", healthPorts.size === 1 && mapped.includes(Array.from(healthPorts)[0])],
    [
      "flows leave a task that goes",
      groups.every((one) => attributeOf(one, "deregistration_delay.connection_termination.enabled") === "true"),
    ],
    [
      "a task that goes receives for five minutes more",
      groups.every((one) => attributeOf(one, "deregistration_delay.timeout_seconds") === "300"),
    ],
    [
      "publishers are told apart by address",
      groups.every((one) => attributeOf(one, "preserve_client_ip.enabled") === "true"),
    ],
    [
      "one more task is added when the last one has its flows",
      policies.every((one) => Number(at(one, "ScaleOutCooldown")) >= 300),
    ],
    ["and none is taken away at once", policies.every((one) => Number(at(one, "ScaleInCooldown")) >= 600)],
    ["tasks are in both target groups", list(at(service, "LoadBalancers")).length === 2],
    ["at least two of them", Number(at(scaling, "MinCapacity")) >= 2],
    [
      "scaled on CPU and on each listener's records in flight",
      scaledOn.sort().join() === ["Cpu", ...inFlight.map(() => "RecordsInFlight")].join(),
    ],
    [
      "a bad deployment is rolled back",
      at(service, "DeploymentConfiguration", "DeploymentCircuitBreaker", "Rollback") === true,
    ],
    ["without a gap", at(service, "DeploymentConfiguration", "MinimumHealthyPercent") === 100],
    ["no public address", at(service, "NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp") === "DISABLED"],
    ["two minutes to stop", at(container, "StopTimeout") === 120],
    ["of which the process takes less", processStopsWithin() < Number(at(container, "StopTimeout")) * 1_000],
    ["a file system that can't be written", at(container, "ReadonlyRootFilesystem") === true],
    ["not root", at(container, "User") === "node"],
    ["no capabilities", at(container, "LinuxParameters", "Capabilities", "Drop", 0) === "ALL"],
    [
      "the container's own health check",
      JSON.stringify(at(container, "HealthCheck", "Command") ?? "").includes("/healthz"),
    ],
  ];
  return held.filter(([, kept]) => !kept).map(([promise]) => `not kept: ${promise}`);
}

function attributeOf(group: unknown, name: string): unknown {
  return at(
    list(at(group, "TargetGroupAttributes")).find((attribute) => at(attribute, "Key") === name),
    "Value",
  );
}

/** From SIGTERM to the last line, at most; infinity where the steps of a stop take longer than the whole of it. */
function processStopsWithin(): number {
  const { drainMs, flushMs, spillMs, stopWithinMs, lastLinesMs } = stopTimes;
  const steps = drainMs + flushMs + spillMs;
  return steps < stopWithinMs ? stopWithinMs + lastLinesMs : Number.POSITIVE_INFINITY;
}
