import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { onLoopback } from "./loopback.ts";

/** What the service says next: a secret's fields, an error by its code, or nothing at all. */
export type Answer =
  | { readonly SecretString?: string; readonly SecretBinary?: string; readonly VersionId?: string }
  | { readonly status: number; readonly code: string }
  | "silence";

export interface SecretsManagerServer {
  readonly endpoint: string;
  /** The secret that each request to read asked for. */
  readonly asked: string[];
  /** Taken one after another by who reads; the last is given for ever. None: what was put is given. */
  answers: readonly Answer[];
  /** Comes between a request to write and its doing. */
  beforePut: () => void;
  /** The current text; undefined before one was put. */
  current(): string | undefined;
  /** Puts a version by itself, as another writer would. @returns its id */
  put(secret: string, version?: string): string;
  /** A client of its own, which the caller destroys; with short time-outs. */
  client(maxAttempts?: number): SecretsManagerClient;
  close(): Promise<void>;
}

interface Version {
  readonly id: string;
  readonly secret: string;
}

/** As much of Secrets Manager's protocol as reading and writing one secret takes, with faults to order. */
export async function startSecretsManager(): Promise<SecretsManagerServer> {
  const versions: Version[] = [];

  function scripted(): Answer | undefined {
    return server.answers[Math.min(server.asked.length, server.answers.length - 1)];
  }

  function kept(stage: string): Answer {
    const version = versions.at(stage === "AWSPREVIOUS" ? -2 : -1);
    if (version === undefined) return { status: 400, code: "ResourceNotFoundException" };
    return { SecretString: version.secret, VersionId: version.id };
  }

  function answerTo(target: string, request: Readonly<Record<string, string>>): Answer {
    if (target === "secretsmanager.GetSecretValue") {
      const answer = scripted() ?? kept(request.VersionStage ?? "AWSCURRENT");
      server.asked.push(request.SecretId ?? "");
      return answer;
    }
    if (target !== "secretsmanager.PutSecretValue") return { status: 400, code: "UnknownOperationException" };
    server.beforePut();
    return { VersionId: server.put(request.SecretString ?? "", request.ClientRequestToken) };
  }

  const http = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const answer = answerTo(String(request.headers["x-amz-target"]), body);
    if (answer === "silence") return;
    response.setHeader("content-type", "application/x-amz-json-1.1");
    if ("code" in answer) response.statusCode = answer.status;
    const said = "code" in answer ? { __type: answer.code, message: "on purpose" } : { ARN: body.SecretId, ...answer };
    response.end(JSON.stringify(said));
  });
  const loopback = await onLoopback(http);
  const server: SecretsManagerServer = {
    endpoint: loopback.url,
    asked: [],
    answers: [],
    beforePut: () => undefined,
    current: () => versions.at(-1)?.secret,
    put(secret, version = randomUUID()) {
      // The same version again is the same request again.
      if (versions.every(({ id }) => id !== version)) versions.push({ id: version, secret });
      return version;
    },
    client: (maxAttempts = 3) =>
      new SecretsManagerClient({
        maxAttempts,
        endpoint: server.endpoint,
        region: "eu-west-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
        requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
      }),
    close: loopback.close,
  };
  return server;
}
