import { isIPv4 } from "node:net";
import { ipv6Bytes } from "../socket/ipv6-bytes.ts";

/** Bytes of an IPv6 address that name a site's network: the owner of one address has all addresses in it. */
const NETWORK_BYTES = 8;
/** The twelve bytes in front of an IPv4 address that a socket for both families spells as IPv6. */
const MAPPED = Buffer.from("00000000000000000000ffff", "hex");

/** The name of an address's share: an IPv4 address, or an IPv6 network of 64 bits. */
export function addressShare(address: string | undefined): string {
  // Gone before it was looked at.
  if (address === undefined) return "";
  if (isIPv4(address)) return address;
  const bytes = Buffer.from(ipv6Bytes(withoutDots(address)));
  if (bytes.subarray(0, MAPPED.length).equals(MAPPED)) return bytes.subarray(MAPPED.length).join(".");
  return bytes.subarray(0, NETWORK_BYTES).toString("hex");
}

/** `::ffff:192.0.2.1` as `::ffff:c000:201`. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)/, (_, ...parts: string[]) => {
    const [first = 0, second = 0, third = 0, fourth = 0] = parts.slice(0, 4).map(Number);
    return `${((first << 8) | second).toString(16)}:${((third << 8) | fourth).toString(16)}`;
  });
}
