import { type ListenAddress, parseListenUrl } from "../listener/socket/listen-url.ts";
import { MEBIBYTE, type TcpLimits } from "../listener/tcp/tcp-limits.ts";
import { type Environment, environmentNames, fromEnvironment, type Settings } from "../settings.ts";
import type { StorageKind } from "../storage/storage-kind.ts";
import { parseStorageUrl, splitUrls } from "../storage/storage-url.ts";
import { missingKeys } from "./open-keys.ts";

/** Everything that stands in the way of a start. */
export interface Problems {
  readonly problems: readonly string[];
}

/** The settings of a process that listens, checked as far as that goes without opening anything. */
export function socketSettings(
  drivers: readonly StorageKind[],
  environment?: Environment,
): { readonly settings: Settings } | Problems {
  const read = fromEnvironment(environment);
  const { settings } = read;
  const problems = read.ok ? [] : [...read.problems];
  if (settings.listen.length === 0) {
    problems.push(`${environmentNames.listen} is missing: give an address such as udp://0.0.0.0:4952`);
  }
  const storageUrls =
    settings.storage === "" ? [] : splitUrls(settings.storage).map((url) => parseStorageUrl(url, drivers));
  problems.push(...storageUrls.flatMap((url) => (url.ok ? [] : [`${environmentNames.storage}: ${url.problem}`])));
  const missing = missingKeys(settings);
  if (missing !== undefined) problems.push(missing);
  return problems.length === 0 ? { settings } : { problems };
}

export function addressesOf({ listen }: Settings): readonly ListenAddress[] {
  return listen.map(parseListenUrl).flatMap((parsed) => (parsed.ok ? [parsed.address] : []));
}

export type TcpSettings = Pick<Settings, "tcpConnections" | "tcpConnectionsPerAddress" | "tcpBufferMebibytes">;

/** The limits on what outsiders may make each TCP listener hold. */
export function tcpLimitsOf(settings: TcpSettings): Partial<TcpLimits> {
  return {
    maxConnections: settings.tcpConnections,
    maxConnectionsPerAddress: settings.tcpConnectionsPerAddress,
    maxBufferedBytes: settings.tcpBufferMebibytes * MEBIBYTE,
  };
}
