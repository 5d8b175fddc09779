import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * Reads networks such as `10.0.0.0/8` or `2001:db8::/32`, and single addresses.
 *
 * @returns what `check` tells an address's membership with, or what is wrong
 */
export function parseNetworks(texts: readonly string[]): BlockList | { readonly problem: string } {
  const networks = new BlockList();
  for (const text of texts) {
    const [, address = "", length] = NETWORK.exec(text) ?? [];
    const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
    const longest = family === "ipv4" ? 32 : 128;
    const prefix = length === undefined ? longest : Number(length);
    if (family === undefined || prefix > longest) {
      return {
        problem: `not a network: ${JSON.stringify(text.slice(0, SHOWN))}; expected one such as 10.0.0.0/8 or 2001:db8::/32`,
      };
    }
    networks.addSubnet(address, prefix, family);
  }
  return networks;
}

/** No zones of IPv6 (`%eth0`): they mean something on one machine only. */
const NETWORK = /^([0-9a-fA-F.:]+)(?:\/([0-9]{1,3}))?$/;

/** Characters of what a person mistyped that are repeated. */
const SHOWN = 80;
