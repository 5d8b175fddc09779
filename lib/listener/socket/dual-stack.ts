import { readFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import type { ListenAddress } from "./listen-url.ts";
import { isEveryIPv6 } from "./plain-address.ts";

/**
 * The addresses to open, each knowing whether it leaves IPv4 alone. `[::]` takes both kinds, as it reads; beside another
 * listener of the same port, which takes IPv4 for itself, it can't.
 */
export function withoutOverlap(addresses: readonly ListenAddress[]): readonly ListenAddress[] {
  return addresses.map((address) => {
    const { protocol, host, port } = address;
    if (port === 0 || !isEveryIPv6(host)) return address;
    // A name is bound to its IPv4 address, if it has one.
    const isTaken = addresses.some(
      (other) => other.protocol === protocol && other.port === port && !isIPv6(other.host),
    );
    return isTaken ? { ...address, ipv6Only: true } : address;
  });
}

/**
 * Whether UDP sockets of this system take IPv6 only, whatever they are asked for: Node asks for it to be on, and never
 * for it to be off.
 */
export function isSystemIPv6Only(): boolean {
  try {
    return readFileSync("/proc/sys/net/ipv6/bindv6only", "latin1").trim() === "1";
  } catch {
    return false;
  }
}
