import { once } from "node:events";
import { createServer } from "node:http";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** What the service says next: a secret's fields, an error by its code, or nothing at all. */
export type Answer =
  | { readonly SecretString?: string; readonly SecretBinary?: string }
  | { readonly status: number; readonly code: string }
  | "silence";

export interface SecretsManagerServer {
  readonly endpoint: string;
  /** The secret that each request asked for. */
  readonly asked: string[];
  /** Taken one after another; the last is given for ever. */
  answers: readonly Answer[];
  /** A client of its own, which the caller destroys; with short time-outs. */
  client(): SecretsManagerClient;
  close(): Promise<void>;
}

/** As much of Secrets Manager's protocol as reading a secret takes, with faults to order. */
export async function startSecretsManager(): Promise<SecretsManagerServer> {
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { SecretId } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const answer: Answer | undefined = server.answers[Math.min(server.asked.length, server.answers.length - 1)];
    server.asked.push(SecretId);
    if (request.headers["x-amz-target"] !== "secretsmanager.GetSecretValue" || answer === undefined) {
      response.writeHead(400).end();
    } else if (answer !== "silence") {
      response.setHeader("content-type", "application/x-amz-json-1.1");
      if ("code" in answer) response.statusCode = answer.status;
      const body = "code" in answer ? { __type: answer.code, message: "on purpose" } : { ARN: SecretId, ...answer };
      response.end(JSON.stringify(body));
    }
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const bound = http.address();
  if (bound === null || typeof bound === "string") throw new Error(`bound to ${bound}`);
  const server: SecretsManagerServer = {
    endpoint: `http://127.0.0.1:${bound.port}`,
    asked: [],
    answers: [],
    client: () =>
      new SecretsManagerClient({
        endpoint: server.endpoint,
        region: "eu-west-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
        requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
      }),
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
