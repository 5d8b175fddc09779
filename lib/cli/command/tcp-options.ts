import type { TcpSettings } from "../../assembly/socket-settings.ts";
import { parseLimit } from "../../socket-defaults.ts";
import type { Problem } from "./verification-options.ts";

/** The options that limit what outsiders may make a TCP listener hold. */
export const tcpOptions = {
  "tcp-connections": { type: "string" },
  "tcp-connections-per-address": { type: "string" },
  "tcp-buffer": { type: "string" },
} as const;

export function tcpFrom(values: Readonly<Partial<Record<keyof typeof tcpOptions, string>>>): TcpSettings | Problem {
  const tcpConnections = parseLimit(values["tcp-connections"], "tcpConnections");
  const tcpConnectionsPerAddress = parseLimit(values["tcp-connections-per-address"], "tcpConnectionsPerAddress");
  const tcpBufferMebibytes = parseLimit(values["tcp-buffer"], "tcpBufferMebibytes");
  if (typeof tcpConnections === "string") return { problem: `--tcp-connections: ${tcpConnections}` };
  if (typeof tcpConnectionsPerAddress === "string") {
    return { problem: `--tcp-connections-per-address: ${tcpConnectionsPerAddress}` };
  }
  if (typeof tcpBufferMebibytes === "string") return { problem: `--tcp-buffer: ${tcpBufferMebibytes}` };
  return { tcpConnections, tcpConnectionsPerAddress, tcpBufferMebibytes };
}
