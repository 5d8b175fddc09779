/** Where a service is, if it isn't where the SDK would look. */
export interface Endpoint {
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
}

/** How long the calls of a client may take, and how often each is tried. Every client has all of them. */
export interface CallLimits {
  /** Until an attempt has a connection: some milliseconds, across a region too. */
  readonly connectMs: number;
  /** Until the answer to an attempt begins. */
  readonly answerMs: number;
  /** Without a byte either way on a connection, so that an answer which stopped half-way is given up. */
  readonly silenceMs: number;
  /** For all attempts and the pauses between, however long a server asks them to be, until the answer is there. */
  readonly callMs: number;
  /** For an object's content after that. */
  readonly bodyMs: number;
  /** The SDK's, with growing pauses between. */
  readonly maxAttempts: number;
}

/**
 * Without these a connection that died silently holds a batch, or the poller of a queue, for ever. The only place with
 * such figures; `test/aws/every-client.test.ts` finds each client that is made without.
 */
export const callLimits = {
  /** DynamoDB and S3. A batch of 25 items, or an object of some MB, takes well under a second; Lambda gives us 30 s. */
  storage: { connectMs: 3_000, answerMs: 10_000, silenceMs: 10_000, callMs: 25_000, bodyMs: 120_000, maxAttempts: 3 },
  /** SQS. A receive call is answered after the seconds that it may wait, one with us. */
  queue: { connectMs: 3_000, answerMs: 8_000, silenceMs: 8_000, callMs: 12_000, bodyMs: 12_000, maxAttempts: 2 },
  /** SQS, for what storage can't take. Two attempts end within five seconds; the spiller makes the next ones. */
  spillQueue: { connectMs: 1_000, answerMs: 2_000, silenceMs: 2_000, callMs: 5_000, bodyMs: 5_000, maxAttempts: 2 },
  /**
   * Secrets Manager. An answer takes some milliseconds; one that never comes must leave time for the next attempt. They
   * outlast a hiccup of the service and stay within Lambda's ten seconds for a start.
   */
  secret: { connectMs: 1_000, answerMs: 2_000, silenceMs: 2_000, callMs: 9_000, bodyMs: 9_000, maxAttempts: 4 },
  /** CloudWatch. Answers take well under a second; a person waits. */
  figures: { connectMs: 3_000, answerMs: 10_000, silenceMs: 10_000, callMs: 25_000, bodyMs: 25_000, maxAttempts: 3 },
} as const satisfies Readonly<Record<string, CallLimits>>;

/** An embedded service takes any credentials, but the SDK sends no request without. */
const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

/** The options of every AWS client. */
export interface LimitOptions {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly socketTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
}

export interface ClientOptions extends LimitOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: typeof LOCAL_CREDENTIALS;
}

/** A call's limits as the SDK takes them; `bounded` sees to the others. */
export function limitOptions({ connectMs, answerMs, silenceMs, maxAttempts }: CallLimits): LimitOptions {
  return {
    maxAttempts,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      socketTimeout: silenceMs,
      throwOnRequestTimeout: true,
    },
  };
}

/** The options of a storage's AWS client; the SDK finds those that are left out in its usual places. */
export function clientOptions(where: Endpoint, limits: CallLimits = callLimits.storage): ClientOptions {
  const { endpoint, region } = where;
  return {
    ...limitOptions(limits),
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
