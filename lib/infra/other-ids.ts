import { createHash } from "node:crypto";
import { Token } from "aws-cdk-lib";
import type { IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { DEFAULT_NETWORK, type NetworkKind } from "./network-kind.ts";
import { DEFAULT_VPC_CIDR } from "./udp-network.ts";

/** Where a socket side is put: ids of constructs differ with it, so that something new is made and nothing is moved. */
export interface Place {
  /** @default - one is made */
  readonly vpc?: IVpc;
  /** Of the VPC that is made. @default DEFAULT_VPC_CIDR */
  readonly cidr?: string;
  /** Of the VPC that is made. @default DEFAULT_NETWORK */
  readonly network?: NetworkKind;
  /** @default false */
  readonly internetFacing?: boolean;
  /** Of the load balancer. @default - AWS chooses */
  readonly loadBalancerAddresses?: readonly string[];
}

/**
 * The id of the VPC that is made: an internet gateway, for one, is attached to no other VPC before it has left the old;
 * and subnets don't give back an IPv6 network while tasks have addresses of it.
 */
export function networkId(place: Place): string {
  return ["Network", ...particularsOfVpc(place)].join("-");
}

/** What of a VPC that is made is not the default. */
function particularsOfVpc({ cidr = DEFAULT_VPC_CIDR, network = DEFAULT_NETWORK }: Place): readonly string[] {
  return [...(cidr === DEFAULT_VPC_CIDR ? [] : [cidr]), ...(network === DEFAULT_NETWORK ? [] : [network])];
}

/**
 * The id of a load balancer with its listeners and target groups. Scheme, VPC, subnets and addresses are what ELB
 * creates it with; and a target group is bound to one load balancer alone. The tasks move over before the old one goes.
 */
export function loadBalancerId(place: Place, subnets: SubnetSelection): string {
  const { vpc, internetFacing = false, loadBalancerAddresses = [] } = place;
  const particulars = [
    ...(internetFacing ? ["internet"] : []),
    ...(vpc === undefined ? [] : [nameOf(vpc), ...literal(vpc.selectSubnets(subnets).subnetIds)]),
    ...particularsOfVpc(place),
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
export function socketCanaryId(place: Place): string {
  const { vpc } = place;
  if (vpc !== undefined) return `SocketCanary-${hashOf([nameOf(vpc)])}`;
  return ["SocketCanary", ...particularsOfVpc(place)].join("-");
}

/** An id that is known, or the place in the app of a VPC whose id is not. */
function nameOf({ vpcId, node }: IVpc): string {
  return Token.isUnresolved(vpcId) ? node.addr : vpcId;
}

function literal(ids: readonly string[]): readonly string[] {
  return ids.filter((id) => !Token.isUnresolved(id));
}
