import { isIPv4, isIPv6, SocketAddress } from "node:net";

const MAPPED = "::ffff:";

/** An address as everybody else spells it: a socket for both kinds gives those of IPv4 inside of IPv6. */
export function plainAddress(address: string): string {
  if (!address.startsWith(MAPPED)) return address;
  const inside = address.slice(MAPPED.length);
  return isIPv4(inside) ? inside : address;
}

/** Whether a host to listen at is `::`, however it is spelled. */
export function isEveryIPv6(host: string): boolean {
  return isIPv6(host) && !host.includes("%") && new SocketAddress({ address: host, family: "ipv6" }).address === "::";
}
