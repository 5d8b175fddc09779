import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { parseJson, textAt } from "./json.ts";

/** As much of Secrets Manager's protocol as reading one secret takes. */
export interface SecretsManager {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @param secrets texts by ARN; every other ARN is not found */
export async function startSecretsManager(secrets: Readonly<Record<string, string>>): Promise<SecretsManager> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const ARN = textAt(parseJson(body), "SecretId");
      const SecretString = secrets[ARN];
      const isRead = request.headers["x-amz-target"] === "secretsmanager.GetSecretValue";
      const found = isRead && SecretString !== undefined;
      const answer = found
        ? { ARN, Name: ARN.split(":").at(-1), SecretString, VersionId: "1", VersionStages: ["AWSCURRENT"] }
        : { __type: "ResourceNotFoundException", Message: "Secrets Manager can't find the specified secret." };
      response.writeHead(found ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(answer));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the secrets got no port");
  return {
    endpoint: `http://127.0.0.1:${bound.port}`,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
