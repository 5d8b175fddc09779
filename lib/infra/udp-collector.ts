import { fileURLToPath } from "node:url";
import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import type { IMetric, MathExpressionOptions, Metric, MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import { type IVpc, Peer, Port, SecurityGroup, type SubnetSelection, SubnetType } from "aws-cdk-lib/aws-ec2";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  Capability,
  Cluster,
  type ContainerDefinition,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDrivers,
  OperatingSystemFamily,
  PropagatedTagSource,
  Protocol,
} from "aws-cdk-lib/aws-ecs";
import type { Role } from "aws-cdk-lib/aws-iam";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { MetricName } from "../ledger/metrics.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import type { SocketSettings } from "../socket-defaults.ts";
import { type CollectorParts, collectorEnvironment, type JudgingSettings } from "./collector-environment.ts";
import { collectorMetric } from "./collector-metric.ts";
import { limitEndpoints } from "./endpoint-policies.ts";
import { FailedDeployments } from "./failed-deployments.ts";
import type { ClientNetworks } from "./ipv4-networks.ts";
import { DEFAULT_NETWORK, dualStackVariables, type NetworkKind } from "./network-kind.ts";
import { loadBalancerId, networkId } from "./other-ids.ts";
import type { SpillQueue } from "./spill-queue.ts";
import { ports, UdpLoadBalancer } from "./udp-load-balancer.ts";
import { UdpNetwork } from "./udp-network.ts";

export interface UdpCollectorProps extends CollectorParts, ClientNetworks {
  readonly settings: JudgingSettings;
  /** Takes what storage can't. */
  readonly spillQueue: SpillQueue;
  /** For the tasks, of the spill queue's stack: the queue's policy names it. It gets its rights here. */
  readonly taskRole: Role;
  /** One's own, with its own ways to AWS. @default - one is made */
  readonly vpc?: IVpc;
  /** IPv4 network of the VPC that is made, of 16 to 22 bits. @default DEFAULT_VPC_CIDR */
  readonly cidr?: string;
  /** How the VPC that is made leads to AWS. @default DEFAULT_NETWORK */
  readonly network?: NetworkKind;
  /** The load balancer has public addresses. @default false */
  readonly internetFacing?: boolean;
  /** Of the load balancer, one for each zone: allocation ids if it faces the internet, IPv4 addresses otherwise. @default - AWS chooses */
  readonly loadBalancerAddresses?: readonly string[];
  /** @default 2, so that one zone may fail */
  readonly minTasks?: number;
  /** @default 10 */
  readonly maxTasks?: number;
  /** CPU units of a task; it gets twice as many MiB of memory. @default 512 */
  readonly cpu?: number;
  /** The limits on what outsiders may make a task hold. @default as `socketDefaults` says */
  readonly tcp?: Partial<Omit<SocketSettings, "healthHost">>;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
}

/** The names under which this construct's tasks count. */
export const udpListeners = ["udp", "tcp"] as const satisfies readonly ListenerName[];

/** The longest time that Fargate allows between SIGTERM and SIGKILL: a task is to store all that it received by then. */
const STOP_TIMEOUT = Duration.seconds(120);
const CPU_PERCENT = 60;
/** A fifth of what a task's record queue holds, so that new tasks are there before it sheds. */
const RECORDS_IN_FLIGHT = 2_000;

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The socket side: publishers' datagrams and frames, through a load balancer, to tasks in several zones. */
export class UdpCollector extends Construct {
  readonly vpc: IVpc;
  readonly service: FargateService;
  readonly container: ContainerDefinition;
  readonly loadBalancer: UdpLoadBalancer;
  readonly internetFacing: boolean;
  /** Whoever is in the VPC, beside the tasks as well, calls AWS by IPv6 too. */
  readonly isDualStack: boolean;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly #failedDeployments: FailedDeployments;
  readonly #stage: string;

  constructor(scope: Construct, id: string, props: UdpCollectorProps) {
    super(scope, id);
    this.#stage = props.settings.stage;
    const network = props.vpc ?? new UdpNetwork(this, networkId(props), props);
    this.vpc = network instanceof UdpNetwork ? network.vpc : network;
    this.isDualStack = props.vpc === undefined && (props.network ?? DEFAULT_NETWORK) === "ipv6-egress";
    const inside: SubnetSelection = { subnetType: SubnetType.PRIVATE_ISOLATED };
    const { internetFacing = false, minTasks = 2, maxTasks = 10 } = props;
    this.internetFacing = internetFacing;
    this.minTasks = minTasks;
    this.maxTasks = maxTasks;

    const taskDefinition = this.#defineTask(props);
    const log = new LogGroup(this, "Log", {
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.container = this.#addContainer(taskDefinition, log, props);
    props.storage.grantWrite(props.taskRole);
    props.secret.grantRead(props.taskRole);
    props.quarantine.grantKeep(props.taskRole);
    props.spillQueue.grantSend(props.taskRole);
    if (network instanceof UdpNetwork) limitEndpoints(network.endpoints, { ...props, log });

    const securityGroup = new SecurityGroup(this, "TaskSecurityGroup", {
      vpc: this.vpc,
      description: "Tasks of the collector",
      allowAllOutbound: false,
    });
    this.letOut(securityGroup);
    const cluster = new Cluster(this, "Cluster", { vpc: this.vpc });
    Validations.of(cluster).acknowledge({
      id: "AwsSolutions-ECS4",
      reason:
        "Container Insights is billed by the metric, and the collector's own figures and the load balancer's say as much",
    });
    this.service = new FargateService(this, "Service", {
      cluster,
      taskDefinition,
      vpcSubnets: inside,
      securityGroups: [securityGroup],
      assignPublicIp: false,
      // It is tasks that are billed, and CloudFormation tags the service alone.
      propagateTags: PropagatedTagSource.SERVICE,
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
      circuitBreaker: { rollback: true },
      // New tasks are healthy before old ones go.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      healthCheckGracePeriod: Duration.seconds(60),
    });
    // The first tasks fetch image and secret through the endpoints.
    this.service.node.addDependency(network);
    const subnets = internetFacing ? { subnetType: SubnetType.PUBLIC } : inside;
    this.loadBalancer = new UdpLoadBalancer(this, loadBalancerId(props, subnets), {
      vpc: this.vpc,
      subnets,
      clientCidrs: props.clientCidrs,
      clientPrefixLists: props.clientPrefixLists ?? [],
      internetFacing,
      ...(props.loadBalancerAddresses !== undefined && { addresses: props.loadBalancerAddresses }),
      service: this.service,
      containerName: this.container.containerName,
      securityGroup,
    });
    this.#failedDeployments = new FailedDeployments(this, "FailedDeployments", {
      service: this.service,
      stage: this.#stage,
      ...(props.logRetention !== undefined && { logRetention: props.logRetention }),
    });
    this.#scale();
  }

  /** Lets somebody in the VPC call AWS, as the tasks do. */
  letOut(securityGroup: SecurityGroup): void {
    // Gateway endpoints are reached by public addresses. Where these may lead is the VPC's to say: ours has no other way
    // out by IPv4.
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS services");
    if (this.isDualStack) securityGroup.addEgressRule(Peer.anyIpv6(), Port.tcp(443), "AWS services by IPv6");
  }

  /** A figure that the tasks count. */
  metric(listener: (typeof udpListeners)[number], name: MetricName, options?: MetricOptions): Metric {
    return collectorMetric(this.#stage, listener, name, options);
  }

  metricUnhealthyTargets(options?: MathExpressionOptions): IMetric {
    return this.loadBalancer.metricUnhealthyTargets(options);
  }

  metricHealthyTargets(options?: MathExpressionOptions): IMetric {
    return this.loadBalancer.metricHealthyTargets(options);
  }

  metricBlockedFlows(options?: MathExpressionOptions): IMetric {
    return this.loadBalancer.metricBlockedFlows(options);
  }

  /** Deployments that ECS gave up and rolled back. */
  metricFailedDeployments(options?: MetricOptions): Metric {
    return this.#failedDeployments.metric(options);
  }

  #defineTask({ cpu = 512, taskRole }: UdpCollectorProps): FargateTaskDefinition {
    const task = new FargateTaskDefinition(this, "Task", {
      cpu,
      memoryLimitMiB: 2 * cpu,
      taskRole,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    Validations.of(task).acknowledge({
      id: "AwsSolutions-ECS2",
      reason: "the environment names where things are, and no secret is among them",
    });
    Validations.of(task.obtainExecutionRole()).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "ecr:GetAuthorizationToken takes no resource",
    });
    return task;
  }

  #addContainer(task: FargateTaskDefinition, logGroup: LogGroup, props: UdpCollectorProps): ContainerDefinition {
    const linuxParameters = new LinuxParameters(this, "Linux");
    linuxParameters.dropCapabilities(Capability.ALL);
    return task.addContainer("Collector", {
      containerName: "collector",
      image: ContainerImage.fromAsset(root, {
        // .dockerignore says what the image is made of: anything else may change without a new deployment.
        file: "functions/udp-collector/Dockerfile",
        platform: Platform.LINUX_ARM64,
      }),
      environment: {
        ...collectorEnvironment(props.settings, props, {
          listen: udpListeners.map((protocol) => `${protocol}://0.0.0.0:${ports[protocol]}`),
          healthPort: ports.health,
          ...props.tcp,
        }),
        ...(this.isDualStack && dualStackVariables),
      },
      portMappings: [
        { containerPort: ports.udp, protocol: Protocol.UDP },
        { containerPort: ports.tcp, protocol: Protocol.TCP },
        { containerPort: ports.health, protocol: Protocol.TCP },
      ],
      user: "node",
      readonlyRootFilesystem: true,
      linuxParameters,
      stopTimeout: STOP_TIMEOUT,
      healthCheck: {
        // The image has no curl, and needs none.
        command: ["CMD", "node", "-e", HEALTH_CHECK],
        interval: Duration.seconds(30),
        timeout: Duration.seconds(5),
        startPeriod: Duration.seconds(30),
      },
      logging: LogDrivers.awsLogs({
        logGroup,
        streamPrefix: "collector",
        // Trouble with logs may lose log lines, never hold up samples.
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
    });
  }

  #scale(): void {
    const scaling = this.service.autoScaleTaskCount({ minCapacity: this.minTasks, maxCapacity: this.maxTasks });
    // A new task gets new flows alone, and publishers that poll begin one with each poll, every five minutes by default:
    // only then is it seen whether one more was enough.
    const cooldowns = { scaleOutCooldown: Duration.minutes(5), scaleInCooldown: Duration.minutes(10) };
    scaling.scaleOnCpuUtilization("Cpu", { targetUtilizationPercent: CPU_PERCENT, ...cooldowns });
    for (const listener of udpListeners) {
      scaling.scaleToTrackCustomMetric(`RecordsInFlight-${listener}`, {
        metric: this.metric(listener, "RecordsInFlight", { statistic: "Average" }),
        targetValue: RECORDS_IN_FLIGHT,
        ...cooldowns,
      });
    }
  }
}

const HEALTH_CHECK = `fetch("http://127.0.0.1:${ports.health}/healthz").then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`;
