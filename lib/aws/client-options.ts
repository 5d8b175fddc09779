import type { Endpoint } from "../storage/storage-url.ts";

/**
 * Without these a connection that died silently holds a batch for ever. A batch of 25 items, or an object of
 * some MB, takes well under a second.
 */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** An embedded service takes any credentials, but the SDK sends no request without. */
const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

export interface ClientOptions {
  readonly requestHandler: typeof TIMEOUTS;
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: typeof LOCAL_CREDENTIALS;
}

/** What an AWS client is made with; what is left out the SDK finds in its usual places. */
export function clientOptions(where: Endpoint): ClientOptions {
  const { endpoint, region } = where;
  return {
    requestHandler: TIMEOUTS,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(isLocal(where) && { region: region ?? "us-east-1", credentials: LOCAL_CREDENTIALS }),
  };
}

/** Whether the endpoint is on this machine: then it is an embedded service, not AWS. */
export function isLocal({ endpoint }: Endpoint): boolean {
  if (endpoint === undefined) return false;
  const { hostname } = new URL(endpoint);
  return hostname === "[::1]" || /^127(?:\.[0-9]+){3}$/.test(hostname) || /^(?:.+\.)?localhost$/.test(hostname);
}
