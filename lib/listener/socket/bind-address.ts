import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isEveryIPv6 } from "./plain-address.ts";

export interface BindAddress {
  readonly address: string;
  readonly family: 4 | 6;
  /** It is every address of both kinds, unless one asks for IPv6 alone. */
  readonly isOfBothKinds: boolean;
}

/**
 * The address to bind for a host. Of a name with both kinds the IPv4 one, because that is what a publisher which
 * is told `localhost` has always used.
 *
 * @throws the look-up's error, such as ENOTFOUND
 */
export async function bindAddress(host: string): Promise<BindAddress> {
  const kind = isIP(host);
  if (kind !== 0) return { address: host, family: kind === 6 ? 6 : 4, isOfBothKinds: isEveryIPv6(host) };
  const found = await lookup(host, { all: true });
  const chosen = found.find(({ family }) => family === 4) ?? found[0];
  if (chosen === undefined) throw new Error(`${host} has no address`);
  return { address: chosen.address, family: chosen.family === 6 ? 6 : 4, isOfBothKinds: isEveryIPv6(chosen.address) };
}
