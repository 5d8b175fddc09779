import { CfnOutput, Fn, Stack, type StackProps, Validations } from "aws-cdk-lib";
import { type IVpc, Vpc } from "aws-cdk-lib/aws-ec2";
import type { Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { CanaryMonitoring } from "./canary-monitoring.ts";
import type { CollectorStack } from "./collector-stack.ts";
import { socketCanaryId } from "./other-ids.ts";
import { SocketCanary } from "./socket-canary.ts";
import { canaryListeners, type StageSettings, type UdpSettings, type VpcSettings } from "./stage-settings.ts";
import { UdpCollector } from "./udp-collector.ts";
import { UdpMonitoring } from "./udp-monitoring.ts";
import { UdpServiceMonitoring } from "./udp-service-monitoring.ts";

export interface UdpStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly udp: UdpSettings;
  /** The stack whose storage, secret, queue, quarantine and alarm topic this one uses. */
  readonly collector: CollectorStack;
  /** Of that stack, for the tasks. */
  readonly taskRole: Role;
}

/** The socket side of one stage, apart from the rest because it costs money while idle and can be left out. */
export class UdpStack extends Stack {
  readonly udpCollector: UdpCollector;

  constructor(scope: Construct, id: string, props: UdpStackProps) {
    super(scope, id, props);
    const { settings, udp, collector, taskRole } = props;
    const { cidr, network } = udp;
    const place = { cidr, network, ...(udp.vpc !== null && { vpc: importVpc(this, udp.vpc) }) };
    this.udpCollector = new UdpCollector(this, "UdpCollector", {
      settings,
      storage: collector.storage,
      secret: collector.secret,
      quarantine: collector.quarantine,
      spillQueue: collector.queueCollector.spillQueue,
      taskRole,
      clientCidrs: udp.clientCidrs,
      clientPrefixLists: udp.clientPrefixLists,
      internetFacing: udp.internetFacing,
      loadBalancerAddresses: udp.loadBalancerAddresses,
      minTasks: udp.minTasks,
      maxTasks: udp.maxTasks,
      cpu: udp.cpu,
      tcp: {
        tcpConnections: udp.tcpConnections,
        tcpConnectionsPerAddress: udp.tcpConnectionsPerAddress,
        tcpBufferMebibytes: udp.tcpBufferMebibytes,
      },
      logRetention: settings.logRetentionDays,
      ...place,
    });
    const target = {
      topic: collector.monitoring.alarmTopic,
      ...(settings.runbookUrl !== null && { runbookUrl: settings.runbookUrl }),
    };
    const watched = { udpCollector: this.udpCollector, ...target };
    new UdpMonitoring(this, "Alarms", { stage: settings.stage, ...watched });
    new UdpServiceMonitoring(this, "ServiceAlarms", watched);
    const { tables } = collector.storage;
    if (canaryListeners(settings).includes("udp") && tables !== undefined) {
      const { canary } = new SocketCanary(this, socketCanaryId(place), {
        settings,
        tables,
        secret: collector.secret,
        udpCollector: this.udpCollector,
        logRetention: settings.logRetentionDays,
      });
      new CanaryMonitoring(this, "CanaryAlarms", { ...target, canary, alarmId: "SocketCanary", way: "UDP or TCP" });
    }
    new CfnOutput(this, "PublisherAddress", {
      value: this.udpCollector.loadBalancer.loadBalancer.loadBalancerDnsName,
    });
    if (udp.vpc === null) this.#nameWays(this.udpCollector.vpc);
  }

  /** What a peering, a transit gateway or a VPN is joined to, which is its owner's to add. */
  #nameWays({ vpcId, isolatedSubnets, publicSubnets }: IVpc): void {
    const tables = [...isolatedSubnets, ...publicSubnets].map(({ routeTable }) => routeTable.routeTableId);
    new CfnOutput(this, "VpcId", { value: vpcId });
    new CfnOutput(this, "SubnetIds", {
      value: Fn.join(
        ",",
        isolatedSubnets.map(({ subnetId }) => subnetId),
      ),
    });
    new CfnOutput(this, "RouteTableIds", { value: Fn.join(",", tables) });
  }
}

function importVpc(scope: Construct, settings: VpcSettings): IVpc {
  const { vpcId, availabilityZones, subnetIds, publicSubnetIds } = settings;
  const vpc = Vpc.fromVpcAttributes(scope, "Vpc", {
    vpcId,
    availabilityZones: [...availabilityZones],
    isolatedSubnetIds: [...subnetIds],
    ...(publicSubnetIds.length > 0 && { publicSubnetIds: [...publicSubnetIds] }),
  });
  Validations.of(vpc).acknowledge({
    id: "Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId",
    reason: "routes are the VPC's owner's, and nothing here reads or changes them",
  });
  return vpc;
}
