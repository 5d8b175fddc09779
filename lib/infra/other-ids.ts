import { createHash } from "node:crypto";
import { Token } from "aws-cdk-lib";
import type { IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { DEFAULT_VPC_CIDR } from "./udp-network.ts";

/** Where a socket side is put: ids of constructs differ with it, so that something new is made and nothing is moved. */
export interface Place {
  /** @default - one is made */
  readonly vpc?: IVpc;
  /** Of the VPC that is made. @default DEFAULT_VPC_CIDR */
  readonly cidr?: string;
  /** @default false */
  readonly internetFacing?: boolean;
  /** Of the load balancer. @default - AWS chooses */
  readonly loadBalancerAddresses?: readonly string[];
}

/** The id of the VPC that is made: an internet gateway, for one, is attached to no other VPC before it has left the old. */
export function networkId({ cidr = DEFAULT_VPC_CIDR }: Place): string {
  return cidr === DEFAULT_VPC_CIDR ? "Network" : `Network-${cidr}`;
}

/**
 * The id of a load balancer with its listeners and target groups. Scheme, VPC, subnets and addresses are what ELB
 * creates it with; and a target group is bound to one load balancer alone. The tasks move over before the old one goes.
 */
export function loadBalancerId(place: Place, subnets: SubnetSelection): string {
  const { vpc, cidr = DEFAULT_VPC_CIDR, internetFacing = false, loadBalancerAddresses = [] } = place;
  const particulars = [
    ...(internetFacing ? ["internet"] : []),
    ...(vpc === undefined ? [] : [nameOf(vpc), ...literal(vpc.selectSubnets(subnets).subnetIds)]),
    ...(cidr === DEFAULT_VPC_CIDR ? [] : [cidr]),
    ...loadBalancerAddresses,
  ];
  // Pinned: an upgrade changes no address.
  if (particulars.length === 0) return "LoadBalancer";
  return `LoadBalancer-${hashOf(particulars)}`;
}

function hashOf(particulars: readonly string[]): string {
  return createHash("sha256").update(particulars.join()).digest("hex").slice(0, 8);
}

/** The id of what is put into the network to send from there: Lambda holds on to a network for long after it has left it. */
export function socketCanaryId({ vpc, cidr = DEFAULT_VPC_CIDR }: Place): string {
  if (vpc !== undefined) return `SocketCanary-${hashOf([nameOf(vpc)])}`;
  return cidr === DEFAULT_VPC_CIDR ? "SocketCanary" : `SocketCanary-${cidr}`;
}

/** An id that is known, or the place in the app of a VPC whose id is not. */
function nameOf({ vpcId, node }: IVpc): string {
  return Token.isUnresolved(vpcId) ? node.addr : vpcId;
}

function literal(ids: readonly string[]): readonly string[] {
  return ids.filter((id) => !Token.isUnresolved(id));
}
