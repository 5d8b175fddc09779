/** A folder, or a file of `lib` itself, and what its files may import beside each other. */
export interface Room {
  /** What lies there. */
  readonly is: string;
  /** Rooms, or single files of them, as paths below `lib`. */
  readonly imports: readonly string[];
}

/**
 * The rooms of the house, from the ground up: everything that is not named here is refused. `storage/*` is each driver's
 * folder. Files below a room belong to it, unless their folder is a room of its own.
 */
export const rooms: Readonly<Record<string, Room>> = {
  sample: { is: "what a sample is: its values, identity, content, receipt, rejection", imports: [] },
  flow: { is: "bounded work, back-off, deadlines", imports: [] },
  disk: { is: "durable files", imports: [] },
  log: { is: "log lines that are never waited for", imports: [] },
  aws: { is: "clients of AWS, their limits and errors", imports: [] },
  wire: { is: "bytes and text into values and back: msgpack, JSON, queue bodies, frames", imports: ["sample"] },
  ledger: { is: "figures and ledgers, EMF and Prometheus", imports: ["sample"] },
  keys: { is: "a key, a keyring, and keeping it fresh", imports: ["sample", "flow", "log"] },
  "keys/places": {
    is: "where keys are kept and their use is noted",
    imports: ["keys", "flow", "log", "aws", "disk", "ledger/metrics.ts"],
  },
  signature: { is: "the legacy dialects and signature v2", imports: ["sample", "wire", "keys", "log"] },
  judge: { is: "bytes into a verdict", imports: ["sample", "wire", "keys", "signature"] },
  storage: { is: "the interface of every storage, and what opens one", imports: ["sample", "log", "aws", "wire"] },
  "storage/rows": { is: "records as rows, and which of them counts", imports: ["sample", "wire", "storage"] },
  "storage/*": {
    is: "one driver each: place, open, layout, write, read",
    imports: ["sample", "flow", "disk", "log", "aws", "wire", "storage", "storage/rows"],
  },
  dispatch: {
    is: "what was judged is recorded, or spilled",
    imports: ["sample", "flow", "log", "ledger", "storage/driver.ts"],
  },
  quarantine: {
    is: "rejected messages, kept until somebody has looked",
    imports: [
      ...["sample", "flow", "disk", "log", "aws", "ledger", "judge", "dispatch", "storage"],
      ...["storage/file/place.ts", "storage/s3/place.ts"],
    ],
  },
  listener: {
    is: "sockets and the health port",
    imports: [...["sample", "flow", "log", "wire", "ledger", "judge", "dispatch", "quarantine", "storage/driver.ts"]],
  },
  queue: {
    is: "SQS: the handler, the poller, the way back from the dead letters",
    imports: ["sample", "flow", "log", "aws", "ledger", "keys", "judge", "dispatch", "quarantine"],
  },
  canary: {
    is: "sends a signed sample, and finds it again in storage",
    imports: [
      ...["sample", "flow", "log", "wire", "keys", "signature", "storage/driver.ts", "queue"],
      ...["listener/socket/listen-url.ts", "settings.ts"],
    ],
  },
  query: { is: "reads back through the storage interface", imports: ["sample", "storage/driver.ts"] },
  "socket-defaults.ts": { is: "limits of the socket side", imports: ["listener/tcp/tcp-limits.ts"] },
  "settings.ts": {
    is: "alone reads the environment",
    imports: ["sample", "socket-defaults.ts", "listener/socket/listen-url.ts"],
  },
  assembly: {
    is: "the one composition, used by commands and functions",
    imports: [
      ...["flow", "log", "aws", "ledger", "keys", "keys/places", "judge", "storage", "storage/*", "dispatch"],
      ...["quarantine", "listener", "queue", "canary", "settings.ts"],
    ],
  },
  doctor: {
    is: "looks at a set-up from outside and inside",
    imports: [
      ...[
        "sample",
        "flow",
        "log",
        "wire",
        "ledger",
        "keys",
        "keys/places",
        "signature",
        "storage",
        "quarantine",
        "queue",
      ],
      ...["aws", "settings.ts", "listener/socket/listen-url.ts", "assembly/drivers.ts", "infra/made-templates.ts"],
    ],
  },
  cli: {
    is: "one file a command",
    imports: [
      ...["sample", "log", "wire", "ledger", "keys", "keys/places", "signature", "judge", "storage", "storage/rows"],
      ...["dispatch", "quarantine", "listener", "queue", "query", "settings.ts", "socket-defaults.ts", "assembly"],
      "doctor",
    ],
  },
  infra: {
    is: "what deploys it: CDK",
    imports: [
      ...["settings.ts", "socket-defaults.ts", "ledger/metrics.ts", "sample/listener-name.ts", "sample/message.ts"],
      ...["sample/canary.ts", "canary/canary-settings.ts"],
      ...["storage/dynamodb/layout/keys.ts", "queue/invocation/retry-pauses.ts"],
    ],
  },
  functions: { is: "what Lambda and the container start", imports: ["assembly", "log", "queue/queue-handler.ts"] },
  bin: { is: "what a person starts", imports: ["cli", "infra"] },
};

/** Packages that only these rooms may import; Node's own modules are free to all. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  "@msgpack/msgpack": ["wire"],
  "@aws-sdk/client-dynamodb": ["storage/dynamodb"],
  "@aws-sdk/client-s3": ["storage/s3", "quarantine", "aws"],
  "@aws-sdk/client-sqs": ["queue", "doctor"],
  "@aws-sdk/client-secrets-manager": ["keys/places", "doctor"],
  "@aws-sdk/client-cloudwatch": ["doctor"],
  "@aws-sdk/client-cloudwatch-logs": ["keys/places"],
  "@aws-sdk/client-cloudformation": ["doctor"],
  "aws-lambda": ["queue"],
  "temporal-polyfill": ["query"],
  dynalite: ["cli"],
  fauxqs: ["cli"],
  "aws-cdk-lib": ["infra", "bin"],
  constructs: ["infra"],
  "cdk-nag": ["bin"],
};
