import { BlockList, isIPv4, isIPv6 } from "node:net";

/**
 * Reads networks such as `10.0.0.0/8` or `2001:db8::/32`, and single addresses.
 *
 * @returns what `check` tells an address's membership with, or what is wrong
 */
export function parseNetworks(texts: readonly string[]): BlockList | { readonly problem: string } {
  const networks = new BlockList();
  for (const text of texts) {
    const network = parseNetwork(text);
    if (typeof network === "string") return { problem: network };
    networks.addSubnet(network.address, network.prefix, network.family);
  }
  return networks;
}

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** @returns what is wrong with the text, if it is no network */
function parseNetwork(text: string): Network | string {
  const [, address = "", length] = NETWORK.exec(text) ?? [];
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  const longest = family === "ipv4" ? 32 : 128;
  const prefix = length === undefined ? longest : Number(length);
  if (family === undefined || prefix > longest) {
    return `not a network: ${shown(text)}; expected one such as 10.0.0.0/8 or 2001:db8::/32`;
  }
  // An owner who writes a restriction means one.
  if (prefix === 0) return `${text} is every address, and so no restriction: name the networks, or leave them out`;
  const hostBits = BigInt(longest - prefix);
  if ((numberOf(address, family) & ((1n << hostBits) - 1n)) !== 0n) {
    return `${text} names an address inside its network: write the network's first address before the slash, or ${address} alone for one address`;
  }
  return { address, prefix, family };
}

function numberOf(address: string, family: Network["family"]): bigint {
  if (family === "ipv4") return address.split(".").reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  // As a URL spells it: eight groups of hexadecimal digits at most, none of them with dots.
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const groups = (part: string | undefined) => (part === undefined || part === "" ? [] : part.split(":"));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** No zones of IPv6 (`%eth0`): they mean something on one machine only. */
const NETWORK = /^([0-9a-fA-F.:]+)(?:\/([0-9]{1,3}))?$/;

/** A mistyped network, as it is shown. A text that is nothing like an address may be a secret in the wrong place. */
function shown(text: string): string {
  return LIKE_A_NETWORK.test(text) ? JSON.stringify(text) : `a text of ${text.length} characters`;
}

const LIKE_A_NETWORK = /^[0-9a-fA-F]{0,4}[.:][0-9a-fA-F.:/]{0,43}(?:%[a-z0-9]{1,15})?$/;
