import { BlockList, isIPv4 } from "node:net";
import { DEFAULT_VPC_CIDR, madeSubnets } from "./udp-network.ts";

export interface AddressPlace {
  readonly internetFacing: boolean;
  /** Zones of one's own VPC. @default - the VPC that is made */
  readonly zones?: number;
  /** Of the VPC that is made. @default DEFAULT_VPC_CIDR */
  readonly cidr?: string;
}

const ALLOCATION = /^eipalloc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** @returns what is wrong with a load balancer's fixed addresses, one for each zone; none are fine */
export function fixedAddressProblem(addresses: readonly string[], place: AddressPlace): string | undefined {
  if (addresses.length === 0) return undefined;
  const made = madeSubnets(place.cidr ?? DEFAULT_VPC_CIDR);
  const zones = place.zones ?? made.length;
  if (addresses.length !== zones) return `expected none, or one for each of ${zones} zones`;
  if (new Set(addresses).size !== addresses.length) return "each zone needs an address of its own";
  if (place.internetFacing) {
    const wrong = addresses.find((address) => !ALLOCATION.test(address));
    return wrong === undefined
      ? undefined
      : `${wrong} is not the id of an elastic IP address, such as eipalloc-0123abcd`;
  }
  const wrong = addresses.find((address) => !isIPv4(address));
  if (wrong !== undefined) return `${wrong} is not an IPv4 address, which an internal load balancer has`;
  return place.zones === undefined ? outside(made, addresses) : undefined;
}

function outside(subnets: readonly string[], addresses: readonly string[]): string | undefined {
  for (const [index, address] of addresses.entries()) {
    const subnet = subnets[index] ?? "";
    if (!isFree(address, subnet)) return `${address} is not an address of ${subnet} that AWS leaves free`;
  }
  return undefined;
}

/** AWS keeps the first four addresses of a subnet, and the last one. */
function isFree(address: string, subnet: string): boolean {
  const [first = "", bits] = subnet.split("/");
  const network = new BlockList();
  network.addSubnet(first, Number(bits));
  const last = Number(address.split(".").at(-1));
  return network.check(address) && last >= 4 && last <= 254;
}
