import { Duration, Validations } from "aws-cdk-lib";
import type { IMetric, MathExpressionOptions } from "aws-cdk-lib/aws-cloudwatch";
import { MathExpression, type Metric } from "aws-cdk-lib/aws-cloudwatch";
import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup, type SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { FargateService } from "aws-cdk-lib/aws-ecs";
import { Protocol as ContainerProtocol } from "aws-cdk-lib/aws-ecs";
import {
  NetworkLoadBalancer,
  type NetworkLoadBalancerProps,
  NetworkTargetGroup,
  Protocol,
} from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { Construct } from "constructs";
import { type ClientNetworks, clientNetworksProblem } from "./ipv4-networks.ts";

export interface UdpLoadBalancerProps extends ClientNetworks {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** @default false */
  readonly internetFacing?: boolean;
  /** One for each subnet: allocation ids of elastic IP addresses, or private ones of an internal one. @default - AWS chooses */
  readonly addresses?: readonly string[];
  readonly service: FargateService;
  readonly containerName: string;
  /** The security group of the tasks. */
  readonly securityGroup: ISecurityGroup;
}

/** Ceilometer's own port for UDP. TCP has another, as neither a load balancer nor ECS takes one port for both. */
export const ports = { udp: 4_952, tcp: 4_953, health: 8_080 } as const;

/** Publishers keep a connection and may send once an hour; this is the longest that the load balancer allows. */
const TCP_IDLE_TIMEOUT = Duration.seconds(6_000);

/**
 * How long a task that is deregistered goes on receiving. The load balancer hands it new flows for up to three minutes
 * more, and never moves a UDP flow that exists; ECS sends SIGTERM only when this is over.
 */
const DRAIN = Duration.minutes(5);

/** The one address that publishers send to, and every rule about who may. */
export class UdpLoadBalancer extends Construct {
  readonly loadBalancer: NetworkLoadBalancer;
  readonly securityGroup: SecurityGroup;
  readonly udpTargets: NetworkTargetGroup;
  readonly tcpTargets: NetworkTargetGroup;

  constructor(scope: Construct, id: string, props: UdpLoadBalancerProps) {
    super(scope, id);
    const { vpc, internetFacing = false } = props;
    const wrong = clientNetworksProblem(props);
    if (wrong !== undefined) throw new Error(`clientCidrs: ${wrong}, got ${JSON.stringify(props.clientCidrs)}`);

    this.securityGroup = new SecurityGroup(this, "SecurityGroup", {
      vpc,
      description: "Publishers send to the collector",
      allowAllOutbound: false,
    });
    this.loadBalancer = new NetworkLoadBalancer(this, "LoadBalancer", {
      vpc,
      ...placeOf(props),
      internetFacing,
      securityGroups: [this.securityGroup],
      // A publisher that knows one zone's address is served even if that zone has no task left.
      crossZoneEnabled: true,
    });
    Validations.of(this.loadBalancer).acknowledge({
      id: "AwsSolutions-ELB2",
      reason: "a network load balancer writes access logs for TLS listeners only, and has none here",
    });
    this.udpTargets = this.#listen("Udp", Protocol.UDP, ports.udp, props);
    this.tcpTargets = this.#listen("Tcp", Protocol.TCP, ports.tcp, props);
    this.#writeRules(props, props.securityGroup);
  }

  /** Lets in who sends from inside the VPC, beside the client networks. */
  letIn(sender: ISecurityGroup, who: string): void {
    for (const port of [Port.udp(ports.udp), Port.tcp(ports.tcp)]) {
      this.securityGroup.addIngressRule(sender, port, who);
      sender.addEgressRule(this.securityGroup, port, who);
    }
  }

  /** The most unhealthy tasks that either target group had. */
  metricUnhealthyTargets(options?: MathExpressionOptions): IMetric {
    return this.#overTargets("MAX", (targets) => targets.metrics.unHealthyHostCount({ statistic: "Maximum" }), options);
  }

  /** The healthy tasks of that target group that has fewer. */
  metricHealthyTargets(options?: MathExpressionOptions): IMetric {
    return this.#overTargets("MIN", (targets) => targets.metrics.healthyHostCount({ statistic: "Maximum" }), options);
  }

  /** UDP flows and TCP connections from outside the client networks. */
  metricBlockedFlows(options?: MathExpressionOptions): IMetric {
    const blocked = (protocol: "UDP" | "TCP") =>
      this.loadBalancer.metrics.custom(`SecurityGroupBlockedFlowCount_Inbound_${protocol}`, { statistic: "Sum" });
    return new MathExpression({
      // By SUM, as a figure that AWS gives only when it is not 0 would otherwise take the other one with it.
      expression: "SUM([FILL(udp, 0), FILL(tcp, 0)])",
      usingMetrics: { udp: blocked("UDP"), tcp: blocked("TCP") },
      label: "blocked",
      ...options,
    });
  }

  #overTargets(
    join: "MIN" | "MAX",
    metric: (targets: NetworkTargetGroup) => Metric,
    options?: MathExpressionOptions,
  ): MathExpression {
    return new MathExpression({
      expression: `${join}([udp, tcp])`,
      usingMetrics: { udp: metric(this.udpTargets), tcp: metric(this.tcpTargets) },
      label: "tasks",
      ...options,
    });
  }

  #listen(id: string, protocol: Protocol.UDP | Protocol.TCP, port: number, props: UdpLoadBalancerProps) {
    const listener = this.loadBalancer.addListener(id, {
      port,
      protocol,
      ...(protocol === Protocol.TCP && { tcpIdleTimeout: TCP_IDLE_TIMEOUT }),
    });
    const targets = new NetworkTargetGroup(this, `${id}Targets`, {
      vpc: props.vpc,
      port,
      protocol,
      targets: [
        props.service.loadBalancerTarget({
          containerName: props.containerName,
          containerPort: port,
          protocol: protocol === Protocol.UDP ? ContainerProtocol.UDP : ContainerProtocol.TCP,
        }),
      ],
      // The one way to tell publishers apart, and to bound what each may do.
      preserveClientIp: true,
      deregistrationDelay: DRAIN,
      // A flow goes on for as long as its publisher sends; without this it would stay with a task that is gone.
      connectionTermination: true,
      healthCheck: {
        // UDP can't be checked. An answer over HTTP shows that the event loop turns; an open port alone does not.
        protocol: Protocol.HTTP,
        port: String(ports.health),
        path: "/healthz",
        // New flows go to healthy tasks; UDP flows that exist stay with theirs, whatever it answers. Short intervals
        // are for new tasks, and for one that is stopped by hand, which fails these checks from SIGTERM on.
        interval: Duration.seconds(5),
        timeout: Duration.seconds(3),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    listener.addTargetGroups("Targets", targets);
    return targets;
  }

  /** Every step of the way has its rule in writing: CDK makes none for a network load balancer. */
  #writeRules({ clientCidrs, clientPrefixLists = [] }: ClientNetworks, tasks: ISecurityGroup): void {
    const clients = [
      ...clientCidrs.map((one) => Peer.ipv4(one)),
      ...clientPrefixLists.map((one) => Peer.prefixList(one)),
    ];
    for (const client of clients) {
      this.securityGroup.addIngressRule(client, Port.udp(ports.udp), "publishers by UDP");
      this.securityGroup.addIngressRule(client, Port.tcp(ports.tcp), "publishers by TCP");
    }
    // A group whose only rules are resources of their own keeps the rule that lets everything out; this one inside it
    // takes its place, and leads nowhere.
    this.securityGroup.addEgressRule(Peer.ipv4("127.0.0.1/32"), Port.tcp(ports.tcp), "nothing else");
    const toTasks = [
      [Port.udp(ports.udp), "datagrams"],
      [Port.tcp(ports.tcp), "frames"],
      [Port.tcp(ports.health), "health checks"],
    ] as const;
    for (const [port, what] of toTasks) {
      this.securityGroup.addEgressRule(tasks, port, `${what} to tasks`);
      tasks.addIngressRule(this.securityGroup, port, `${what} from the load balancer`);
    }
  }
}

/** The subnets, each with its fixed address where it has one. */
function placeOf(props: UdpLoadBalancerProps): Pick<NetworkLoadBalancerProps, "vpcSubnets" | "subnetMappings"> {
  const { vpc, subnets, internetFacing = false, addresses = [] } = props;
  if (addresses.length === 0) return { vpcSubnets: subnets };
  const chosen = vpc.selectSubnets(subnets).subnets;
  if (chosen.length !== addresses.length) {
    throw new Error(`addresses: expected one for each of ${chosen.length} subnets, got ${JSON.stringify(addresses)}`);
  }
  const subnetMappings = addresses.flatMap((address, index) => {
    const subnet = chosen[index];
    if (subnet === undefined) return [];
    return { subnet, ...(internetFacing ? { allocationId: address } : { privateIpv4Address: address }) };
  });
  return { subnetMappings };
}
