import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { onLoopback } from "../support/loopback.ts";
import { type Json, parseJson, textAt } from "./json.ts";

/** As much of Secrets Manager's protocol as reading and writing secrets takes. */
export interface SecretsManager {
  readonly endpoint: string;
  stop(): Promise<void>;
}

interface Version {
  readonly VersionId: string;
  readonly SecretString: string;
}

/** @param secrets texts by ARN; every other ARN is not found */
export async function startSecretsManager(secrets: Readonly<Record<string, string>>): Promise<SecretsManager> {
  const kept = new Map<string, Version[]>();
  for (const [arn, SecretString] of Object.entries(secrets)) kept.set(arn, [{ VersionId: "1", SecretString }]);
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const asked = parseJson(body) ?? null;
      const ARN = textAt(asked, "SecretId");
      const versions = kept.get(ARN);
      const action = String(request.headers["x-amz-target"]).replace("secretsmanager.", "");
      const done = versions && { ARN, Name: ARN.split(":").at(-1), ...answer(action, asked, versions) };
      const absent = {
        __type: "ResourceNotFoundException",
        Message: "Secrets Manager can't find the specified secret.",
      };
      response.writeHead(done ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(done ?? absent));
    });
  });
  const loopback = await onLoopback(server);
  return {
    endpoint: loopback.url,
    stop: loopback.close,
  };
}

function answer(action: string, asked: Json, versions: Version[]): object {
  if (action === "DescribeSecret") return { CreatedDate: Date.now() / 1_000 };
  if (action === "PutSecretValue") {
    const version = { VersionId: textAt(asked, "ClientRequestToken"), SecretString: textAt(asked, "SecretString") };
    versions.push(version);
    return { VersionId: version.VersionId, VersionStages: ["AWSCURRENT"] };
  }
  const stage = textAt(asked, "VersionStage") || "AWSCURRENT";
  return { ...versions.at(stage === "AWSPREVIOUS" ? -2 : -1), VersionStages: [stage] };
}
