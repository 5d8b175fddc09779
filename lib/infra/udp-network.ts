import { RemovalPolicy, Validations } from "aws-cdk-lib";
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
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

export interface UdpNetworkProps {
  /** The VPC's IPv4 network, of 16 to 22 bits. @default DEFAULT_VPC_CIDR */
  readonly cidr?: string;
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

/** Endpoints of the services that tasks call, apart from DynamoDB and S3. Each costs per hour and zone: none is to spare. */
const interfaceEndpoints: readonly (readonly [EndpointName, InterfaceVpcEndpointAwsService])[] = [
  ["SecretsManager", InterfaceVpcEndpointAwsService.SECRETS_MANAGER],
  ["Sqs", InterfaceVpcEndpointAwsService.SQS],
  ["Logs", InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS],
  ["EcrApi", InterfaceVpcEndpointAwsService.ECR],
  ["EcrDocker", InterfaceVpcEndpointAwsService.ECR_DOCKER],
];

/** A VPC whose tasks reach AWS through endpoints alone: no way to the internet, and no NAT gateway to pay for. */
export class UdpNetwork extends Construct {
  readonly vpc: Vpc;
  /** Whoever uses the network says what can be reached through them: until then, anything. */
  readonly endpoints: ReadonlyMap<EndpointName, VpcEndpoint>;

  constructor(scope: Construct, id: string, props: UdpNetworkProps = {}) {
    super(scope, id);
    const { cidr = DEFAULT_VPC_CIDR, internetFacing = false, logRetention = RetentionDays.THREE_MONTHS } = props;
    this.vpc = new Vpc(this, "Vpc", {
      ipAddresses: IpAddresses.cidr(cidr),
      maxAzs: MADE_ZONES,
      natGateways: 0,
      subnetConfiguration: [
        { name: "tasks", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
        ...(internetFacing ? [{ name: "public", subnetType: SubnetType.PUBLIC, cidrMask: 26 }] : []),
      ],
    });
    const endpoints = new SecurityGroup(this, "Endpoints", {
      vpc: this.vpc,
      description: "Endpoints of AWS services",
      allowAllOutbound: false,
    });
    endpoints.addIngressRule(Peer.ipv4(this.vpc.vpcCidrBlock), Port.tcp(443), "tasks call AWS");
    const made = new Map<EndpointName, VpcEndpoint>();
    for (const [name, service] of gatewayEndpoints) made.set(name, this.vpc.addGatewayEndpoint(name, { service }));
    for (const [name, service] of interfaceEndpoints) {
      made.set(name, this.vpc.addInterfaceEndpoint(name, { service, open: false, securityGroups: [endpoints] }));
    }
    this.endpoints = made;
    this.#logRefusals(logRetention);
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
