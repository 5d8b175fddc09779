import {
  DEFAULT_BUFFER_MEBIBYTES,
  DEFAULT_CONNECTIONS,
  DEFAULT_CONNECTIONS_PER_ADDRESS,
} from "./listener/tcp/tcp-limits.ts";

/** The settings of a process with sockets, beside where to listen. */
export interface SocketSettings {
  /** The address that the health port is bound to. */
  readonly healthHost: string;
  /** TCP connections that a listener holds open. */
  readonly tcpConnections: number;
  /** TCP connections per address, or IPv6 network of 64 bits. */
  readonly tcpConnectionsPerAddress: number;
  /** Mebibytes of TCP frames not yet complete, all connections of a listener together. */
  readonly tcpBufferMebibytes: number;
}

export const socketSettingNames = [
  "healthHost",
  "tcpConnections",
  "tcpConnectionsPerAddress",
  "tcpBufferMebibytes",
] as const satisfies readonly (keyof SocketSettings)[];

export const socketDefaults: SocketSettings = {
  // Every address of a task, one of which its load balancer checks.
  healthHost: "0.0.0.0",
  tcpConnections: DEFAULT_CONNECTIONS,
  tcpConnectionsPerAddress: DEFAULT_CONNECTIONS_PER_ADDRESS,
  tcpBufferMebibytes: DEFAULT_BUFFER_MEBIBYTES,
};

/** Far beyond what one process should hold. What it may really open is looked at when it starts. */
export const mostOf = {
  tcpConnections: 100_000,
  tcpConnectionsPerAddress: 100_000,
  tcpBufferMebibytes: 2_048,
} as const satisfies Partial<SocketSettings>;

/** @returns the number that a text says, or the default for none, or what is wrong with it */
export function parseLimit(text: string | undefined, name: keyof typeof mostOf): number | string {
  if (text === undefined || text === "") return socketDefaults[name];
  if (/^[1-9][0-9]{0,8}$/.test(text) && Number(text) <= mostOf[name]) return Number(text);
  return `expected a number from 1 to ${mostOf[name]}, got ${JSON.stringify(text)}`;
}
