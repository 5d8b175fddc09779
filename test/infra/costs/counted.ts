import { listenerMetrics, processMetricNames, SOCKET_METRICS_INTERVAL_MS } from "../../../lib/ledger/metrics.ts";
import { at, type Deployment, list, resourcesOf, type Template } from "../template.ts";
import { isFree } from "./free-types.ts";

/** Types of which each is in the count below. Another one is free, or has to be counted. */
const priced = new Set([
  "AWS::ApplicationAutoScaling::ScalableTarget",
  "AWS::ApplicationAutoScaling::ScalingPolicy",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::EC2::EIP",
  "AWS::EC2::VPCEndpoint",
  "AWS::ECS::Service",
  "AWS::ECS::TaskDefinition",
  "AWS::ElasticLoadBalancingV2::LoadBalancer",
  "AWS::KMS::Key",
  "AWS::SecretsManager::Secret",
]);

/** A target tracking policy has one alarm to scale out by, and one to scale in. */
const ALARMS_OF_A_POLICY = 2;

/**
 * Counts what is paid for in the socket side's template, and what it adds to the other stack.
 *
 * @param without the same stage without a socket side
 */
export function counted({ collector, udp }: Deployment, without: Deployment) {
  const unknown = Object.entries(udp.Resources).filter(([, { Type }]) => !priced.has(Type) && !isFree(Type));
  if (unknown.length > 0) {
    const types = Array.from(new Set(unknown.map(([, { Type }]) => Type)));
    throw new Error(`what does it cost, or is it free: ${types.join(", ")}`);
  }
  const of = (type: string) => resourcesOf(udp, type).map(([, { Properties }]) => Properties);
  const endpoints = of("AWS::EC2::VPCEndpoint").filter((one) => at(one, "VpcEndpointType") === "Interface");
  const balancers = of("AWS::ElasticLoadBalancingV2::LoadBalancer");
  const tasks = sum(of("AWS::ApplicationAutoScaling::ScalableTarget").map((one) => Number(at(one, "MinCapacity"))));
  const [task] = of("AWS::ECS::TaskDefinition");
  const environment = new Map(
    list(at(task, "ContainerDefinitions", 0, "Environment")).map((one) => [at(one, "Name"), at(one, "Value")]),
  );
  const listens = String(environment.get("COUNTERSIGN_LISTEN"));
  const metricsOf = (listener: "udp" | "tcp") =>
    listens.includes(`${listener}://`) ? listenerMetrics[listener].length : 0;
  const addressed = of("AWS::ECS::Service").filter(
    (one) => at(one, "NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp") === "ENABLED",
  );
  return {
    endpoints: endpoints.length,
    /** Each has a network interface a zone. */
    endpointZones: sum(endpoints.map((one) => list(at(one, "SubnetIds")).length)),
    tasks,
    task: { cpu: Number(at(task, "Cpu")), mebibytes: Number(at(task, "Memory")) },
    loadBalancers: balancers.length,
    publicAddresses:
      of("AWS::EC2::EIP").length +
      sum(balancers.filter((one) => at(one, "Scheme") === "internet-facing").map((one) => zonesOf(one))) +
      addressed.length * tasks,
    metrics: { udp: metricsOf("udp"), tcp: metricsOf("tcp"), process: processMetricNames.length },
    alarms: of("AWS::CloudWatch::Alarm").length,
    alarmMetrics: alarmMetrics(udp),
    otherAlarmMetrics: alarmMetrics(collector) - alarmMetrics(without.collector),
    scalingAlarms: of("AWS::ApplicationAutoScaling::ScalingPolicy").length * ALARMS_OF_A_POLICY,
    dashboards: of("AWS::CloudWatch::Dashboard").length,
    secrets: of("AWS::SecretsManager::Secret").length,
    keys: of("AWS::KMS::Key").length,
    figuresSeconds: SOCKET_METRICS_INTERVAL_MS / 1_000,
    keyCacheSeconds: Number(environment.get("COUNTERSIGN_KEY_CACHE_SECONDS")),
  };
}

/** An alarm is paid for by the metrics that it looks at. */
function alarmMetrics(template: Template): number {
  const alarms = resourcesOf(template, "AWS::CloudWatch::Alarm").map(([, { Properties }]) =>
    list(at(Properties, "Metrics")),
  );
  return sum(alarms.map((metrics) => metrics.filter((one) => at(one, "MetricStat") !== undefined).length || 1));
}

function zonesOf(balancer: unknown): number {
  return [...list(at(balancer, "Subnets")), ...list(at(balancer, "SubnetMappings"))].length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
