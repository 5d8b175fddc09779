import { CfnEgressOnlyInternetGateway, CfnRoute, type Vpc } from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";

export interface Ipv6EgressProps {
  /** With an IPv6 network, and isolated subnets. */
  readonly vpc: Vpc;
}

/** The way out of a VPC's isolated subnets by IPv6 alone. Nothing comes in by it, and it costs nothing. */
export class Ipv6Egress extends Construct {
  constructor(scope: Construct, id: string, { vpc }: Ipv6EgressProps) {
    super(scope, id);
    const gateway = new CfnEgressOnlyInternetGateway(this, "Gateway", { vpcId: vpc.vpcId });
    // CDK does the same for its subnets with egress; ours are isolated in every network, so that whoever selects them need not ask.
    vpc.isolatedSubnets.forEach(({ routeTable }, zone) => {
      new CfnRoute(this, `Route${zone + 1}`, {
        routeTableId: routeTable.routeTableId,
        destinationIpv6CidrBlock: "::/0",
        egressOnlyInternetGatewayId: gateway.attrId,
      });
    });
  }
}
