import { RemovalPolicy, Validations } from "aws-cdk-lib";
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  IpProtocol,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
  type VpcEndpoint,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { EndpointName } from "./endpoint-policies.ts";
import { Ipv6Egress } from "./ipv6-egress.ts";
import { DEFAULT_NETWORK, type NetworkKind } from "./network-kind.ts";

export interface UdpNetworkProps {
  /** The VPC's IPv4 network, of 16 to 22 bits. @default DEFAULT_VPC_CIDR */
  readonly cidr?: string;
  /** @default DEFAULT_NETWORK */
  readonly network?: NetworkKind;
  /** Adds public subnets, for a load balancer that faces the internet. @default false */
  readonly internetFacing?: boolean;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
}

/** Of the VPC that is made: one that few have given away already. */
export const DEFAULT_VPC_CIDR = "10.95.0.0/20";

const MADE_ZONES = 2;

/** Of the tasks, and of an internal load balancer: one for each zone. CDK lays them out so; a test compares. */
export function madeSubnets(cidr: string): readonly string[] {
  const [one = "", two = "", three = ""] = cidr.split(".");
  return Array.from({ length: MADE_ZONES }, (_, zone) => `${one}.${two}.${Number(three) + zone}.0/24`);
}

/** Without charge. */
const gatewayEndpoints: readonly (readonly [EndpointName, GatewayVpcEndpointAwsService])[] = [
  ["DynamoDb", GatewayVpcEndpointAwsService.DYNAMODB],
  ["S3", GatewayVpcEndpointAwsService.S3],
];

type InterfaceEndpoint = readonly [EndpointName, InterfaceVpcEndpointAwsService];

/** What Fargate itself calls: for a task that has an IPv4 address it does so by IPv4, whatever else the task has. */
const ofFargate: readonly InterfaceEndpoint[] = [
  ["Logs", InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS],
  ["EcrApi", InterfaceVpcEndpointAwsService.ECR],
  ["EcrDocker", InterfaceVpcEndpointAwsService.ECR_DOCKER],
];

/** Endpoints of the services that tasks call, apart from DynamoDB and S3. Each costs per hour and zone: none is to spare. */
const interfaceEndpoints: Readonly<Record<NetworkKind, readonly InterfaceEndpoint[]>> = {
  endpoints: [
    ["SecretsManager", InterfaceVpcEndpointAwsService.SECRETS_MANAGER],
    ["Sqs", InterfaceVpcEndpointAwsService.SQS],
    ...ofFargate,
  ],
  "ipv6-egress": ofFargate,
};

/** A VPC whose tasks reach AWS through endpoints alone, or by IPv6 as well: without a NAT gateway to pay for. */
export class UdpNetwork extends Construct {
  readonly vpc: Vpc;
  /** Whoever uses the network says what can be reached through them: until then, anything. */
  readonly endpoints: ReadonlyMap<EndpointName, VpcEndpoint>;

  constructor(scope: Construct, id: string, props: UdpNetworkProps = {}) {
    super(scope, id);
    const { cidr = DEFAULT_VPC_CIDR, network = DEFAULT_NETWORK, internetFacing = false } = props;
    this.vpc = new Vpc(this, "Vpc", {
      ipAddresses: IpAddresses.cidr(cidr),
      ...(network === "ipv6-egress" && { ipProtocol: IpProtocol.DUAL_STACK }),
      maxAzs: MADE_ZONES,
      natGateways: 0,
      subnetConfiguration: [
        { name: "tasks", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
        ...(internetFacing ? [{ name: "public", subnetType: SubnetType.PUBLIC, cidrMask: 26 }] : []),
      ],
    });
    if (network === "ipv6-egress") new Ipv6Egress(this, "Ipv6Egress", { vpc: this.vpc });
    const endpoints = new SecurityGroup(this, "Endpoints", {
      vpc: this.vpc,
      description: "Endpoints of AWS services",
      allowAllOutbound: false,
    });
    endpoints.addIngressRule(Peer.ipv4(this.vpc.vpcCidrBlock), Port.tcp(443), "tasks call AWS");
    const made = new Map<EndpointName, VpcEndpoint>();
    for (const [name, service] of gatewayEndpoints) made.set(name, this.vpc.addGatewayEndpoint(name, { service }));
    for (const [name, service] of interfaceEndpoints[network]) {
      made.set(name, this.vpc.addInterfaceEndpoint(name, { service, open: false, securityGroups: [endpoints] }));
    }
    this.endpoints = made;
    this.#logRefusals(props.logRetention ?? RetentionDays.THREE_MONTHS);
    Validations.of(endpoints).acknowledge({
      id: "AwsSolutions-EC23",
      reason: "the rule names the VPC's own network, which is not known before deployment",
    });
  }

  /** Flow log of what a security group refused, and from where: in it an owner finds the publisher that was forgotten. */
  #logRefusals(retention: RetentionDays): void {
    const log = new LogGroup(this, "RefusedFlows", { retention, removalPolicy: RemovalPolicy.DESTROY });
    this.vpc.addFlowLog("Refused", {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(log),
    });
  }
}
