import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { clientOptions } from "../../lib/aws/client-options.ts";
import { dualStackVariables } from "../../lib/infra/network-kind.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Where the SDK would send one call of each service that tasks call, as our clients are made. */
async function hosts(): Promise<Readonly<Record<string, string>>> {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  const options = clientOptions({ endpoint: undefined, region: "eu-west-1" });
  const queue = openQueue("https://sqs.eu-west-1.amazonaws.com/123456789012/spill");
  if ("problem" in queue) throw new Error(queue.problem);
  const [tables, objects, secrets] = [
    new DynamoDBClient(options),
    new S3Client(options),
    new SecretsManagerClient(options),
  ];
  const found: Record<string, string> = {};
  const noted = (service: string) => () => async (args: { readonly request?: unknown }) => {
    const { request } = args;
    const isHttp = typeof request === "object" && request !== null && "hostname" in request;
    found[service] = isHttp ? String(request.hostname) : "none";
    throw new Error("noted, and not sent");
  };
  queue.client.middlewareStack.add(noted("SQS"), { step: "build", priority: "low" });
  tables.middlewareStack.add(noted("DynamoDB"), { step: "build", priority: "low" });
  objects.middlewareStack.add(noted("S3"), { step: "build", priority: "low" });
  secrets.middlewareStack.add(noted("Secrets Manager"), { step: "build", priority: "low" });
  await Promise.allSettled([
    queue.client.send(new GetQueueAttributesCommand({ QueueUrl: queue.url })),
    tables.send(new ListTablesCommand({})),
    objects.send(new GetObjectCommand({ Bucket: "log", Key: "format.json" })),
    secrets.send(new GetSecretValueCommand({ SecretId: "key" })),
  ]);
  for (const client of [queue.client, tables, objects, secrets]) client.destroy();
  return found;
}

describe("the names that services are called by", () => {
  it("are the usual ones", async () => {
    expect(await hosts()).toEqual({
      SQS: "sqs.eu-west-1.amazonaws.com",
      DynamoDB: "dynamodb.eu-west-1.amazonaws.com",
      S3: "log.s3.eu-west-1.amazonaws.com",
      "Secrets Manager": "secretsmanager.eu-west-1.amazonaws.com",
    });
  });

  it("are those with IPv6 addresses where the environment of a task says so", async () => {
    for (const [name, value] of Object.entries(dualStackVariables)) vi.stubEnv(name, value);
    expect(await hosts()).toEqual({
      SQS: "sqs.eu-west-1.api.aws",
      DynamoDB: "dynamodb.eu-west-1.api.aws",
      S3: "log.s3.dualstack.eu-west-1.amazonaws.com",
      // One name for both.
      "Secrets Manager": "secretsmanager.eu-west-1.amazonaws.com",
    });
  });
});
