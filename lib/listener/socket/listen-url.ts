import { isIPv4, isIPv6 } from "node:net";
import { shownUrl } from "../../log/shown-url.ts";
import { type ListenProtocol, listenProtocols } from "../../sample/listener-name.ts";
import { isEveryIPv6 } from "./plain-address.ts";

export interface ListenAddress {
  readonly protocol: ListenProtocol;
  /** An address or a name; IPv6 without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Of `::`, which else takes IPv4 as well. */
  readonly ipv6Only?: boolean;
}

export type ParsedListenUrl =
  | { readonly ok: true; readonly address: ListenAddress }
  | { readonly ok: false; readonly problem: string };

const URL_PARTS = /^([a-z]+):\/\/(.*?)(?::([^:\]?]*?))?\/?(\?.*)?$/i;
const IPV6_ONLY = "?ipv6only=1";
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;
const HIGHEST_PORT = 65_535;
/** The most characters of a wrong URL that the message repeats. */
const LONGEST_QUOTE = 100;

/**
 * Reads `udp://HOST:PORT` or `tcp://HOST:PORT`, an IPv6 address in brackets; `[::]:PORT?ipv6only=1` leaves IPv4 alone.
 *
 * @returns the address, or what is wrong with the URL and what to write instead
 */
export function parseListenUrl(url: string): ParsedListenUrl {
  const problem = (why: string): ParsedListenUrl => ({ ok: false, problem: `${quoted(url)}: ${why}` });

  const [, scheme, written, digits, query] = URL_PARTS.exec(url) ?? [];
  const protocol = listenProtocols.find((known) => known === scheme?.toLowerCase());
  if (protocol === undefined || written === undefined) {
    return problem("write udp://HOST:PORT or tcp://HOST:PORT, such as udp://0.0.0.0:4952");
  }
  if (isIPv6(written) || isIPv6(`${written}:${digits}`)) {
    return problem(`write an IPv6 address in brackets, such as ${protocol}://[::1]:4952`);
  }
  const bracketed = written.startsWith("[") && written.endsWith("]");
  const host = bracketed ? written.slice(1, -1) : written;
  if (host === "") return problem("the host is missing; [::] listens on every address, 0.0.0.0 on those of IPv4");
  if (bracketed ? !isIPv6(host) : !isIPv4(host) && (!HOST_NAME.test(host) || /^[0-9.]+$/.test(host))) {
    return problem(`${quoted(host)} is neither an address nor a host name`);
  }
  if (digits === undefined) return problem(`the port is missing, such as ${protocol}://${written}:4952`);
  const port = /^[0-9]{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  // Written so that NaN is refused as well.
  if (!(port <= HIGHEST_PORT)) return problem(`the port must be a number from 0 to ${HIGHEST_PORT}`);
  if (query === undefined) return { ok: true, address: { protocol, host, port } };
  if (query !== IPV6_ONLY) return problem(`${quoted(query)} is not known; the only one is ${IPV6_ONLY}`);
  if (!isEveryIPv6(host)) return problem(`${IPV6_ONLY} is for [::] alone: any other address is of one kind anyway`);
  return { ok: true, address: { protocol, host, port, ipv6Only: true } };
}

export function toListenUrl({ protocol, host, port, ipv6Only }: ListenAddress): string {
  return `${protocol}://${isIPv6(host) ? `[${host}]` : host}:${port}${ipv6Only ? IPV6_ONLY : ""}`;
}

function quoted(text: string): string {
  return shownUrl(text, LONGEST_QUOTE);
}
