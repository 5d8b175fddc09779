import { isIPv4 } from "node:net";

/** Where publishers send from: at least one network or prefix list. */
export interface ClientNetworks {
  /** IPv4 networks. */
  readonly clientCidrs: readonly string[];
  /** Ids of prefix lists of one's own, whose networks are kept elsewhere. @default none */
  readonly clientPrefixLists?: readonly string[];
}

/** A security group takes 60 rules of one direction, unless AWS raised that; each of these is one for UDP and one for TCP. */
const MOST_CLIENT_NETWORKS = 30;

const NETWORK = /^[0-9.]+\/[0-9]{1,2}$/;

/** @returns what is wrong with the networks that clients send from */
export function clientNetworksProblem({ clientCidrs, clientPrefixLists = [] }: ClientNetworks): string | undefined {
  const count = clientCidrs.length + clientPrefixLists.length;
  if (count === 0) return "name the networks that publishers send from, such as 10.20.0.0/16";
  if (count > MOST_CLIENT_NETWORKS) {
    const what = `${clientCidrs.length} networks and ${clientPrefixLists.length} prefix lists`;
    return `at most ${MOST_CLIENT_NETWORKS} in all, as a security group takes no more: these are ${what}; join networks to larger ones, or put them into a prefix list`;
  }
  const anybody = clientCidrs.find((cidr) => /\/0+$/.test(cidr));
  if (anybody !== undefined) return `${anybody} lets anybody fill the listeners: name the publishers' networks`;
  return clientCidrs.map(networkProblem).find((problem) => problem !== undefined);
}

/** What AWS allows at most, and room for two subnets of 24 bits and two of 26. */
const VPC_BITS = { from: 16, to: 22 } as const;

/** @returns what is wrong with the network of the VPC that is made */
export function vpcCidrProblem(cidr: string): string | undefined {
  const bits = Number(cidr.split("/")[1]);
  const wrong = networkProblem(cidr);
  if (wrong !== undefined || (bits >= VPC_BITS.from && bits <= VPC_BITS.to)) return wrong;
  return `expected ${VPC_BITS.from} to ${VPC_BITS.to} bits, as in 10.95.0.0/20`;
}

function networkProblem(cidr: string): string | undefined {
  const [address = "", bits] = cidr.split("/");
  if (!NETWORK.test(cidr) || !isIPv4(address) || Number(bits) > 32) return `${cidr} is not an IPv4 network`;
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  if (number % 2 ** (32 - Number(bits)) === 0) return undefined;
  return `${cidr} names an address inside its network: write the network's first`;
}
