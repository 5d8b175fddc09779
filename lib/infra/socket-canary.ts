import { SecurityGroup, SubnetType } from "aws-cdk-lib/aws-ec2";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { Canary } from "./canary.ts";
import type { JudgingSettings } from "./collector-environment.ts";
import type { SampleTables } from "./sample-tables.ts";
import type { SigningSecret } from "./signing-secret.ts";
import type { UdpCollector } from "./udp-collector.ts";
import { ports } from "./udp-load-balancer.ts";

export interface SocketCanaryProps {
  readonly settings: JudgingSettings;
  readonly tables: SampleTables;
  readonly secret: SigningSecret;
  /** Whose load balancer has private addresses, which is all that a function in a VPC reaches. */
  readonly udpCollector: UdpCollector;
  readonly logRetention: RetentionDays;
}

/** The canary of the socket side: beside the tasks, and in front of the load balancer like any publisher. */
export class SocketCanary extends Construct {
  readonly canary: Canary;

  constructor(scope: Construct, id: string, { udpCollector, ...props }: SocketCanaryProps) {
    super(scope, id);
    const { vpc, loadBalancer, service, isDualStack } = udpCollector;
    const securityGroup = new SecurityGroup(this, "SecurityGroup", {
      vpc,
      description: "The canary, which sends samples of its own",
      allowAllOutbound: false,
    });
    udpCollector.letOut(securityGroup);
    loadBalancer.letIn(securityGroup, "samples of the canary");
    const host = loadBalancer.loadBalancer.loadBalancerDnsName;
    this.canary = new Canary(this, "Sender", {
      ...props,
      to: { udp: `udp://${host}:${ports.udp}`, tcp: `tcp://${host}:${ports.tcp}` },
      network: { vpc, subnets: { subnetType: SubnetType.PRIVATE_ISOLATED }, securityGroup, isDualStack },
    });
    // Before there are tasks every sample would be lost.
    this.canary.rule.node.addDependency(service);
  }
}
