import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readSecrets, secretsManagerFor } from "../../lib/keys/secrets-manager.ts";
import { type Answer, type SecretsManagerServer, startSecretsManager } from "../support/secrets-manager-server.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";

let server: SecretsManagerServer;
let client: SecretsManagerClient;

beforeAll(async () => {
  server = await startSecretsManager();
});
beforeEach(() => {
  client = server.client();
  server.asked.length = 0;
});
afterEach(() => client.destroy());
afterAll(() => server.close());

describe("reading secrets", () => {
  it("gives every secret by its key id", async () => {
    server.answers = [{ SecretString: '{"2024": "old one", "2025": "new “one”"}' }];
    expect(await readSecrets(client, ARN)).toEqual({
      ok: true,
      secrets: new Map([
        ["2024", "old one"],
        ["2025", "new “one”"],
      ]),
    });
    expect(server.asked).toEqual([ARN]);
  });

  it.each<[string, Answer, string]>([
    ["bytes", { SecretBinary: "AAEC" }, "holds bytes: store a JSON object of texts instead"],
    ["a bare text", { SecretString: "hush hush" }, 'is not a JSON object of key ids and secrets such as {"first":"…"}'],
    ["a list", { SecretString: '["hush hush"]' }, 'is not a JSON object of key ids and secrets such as {"first":"…"}'],
    ["null", { SecretString: "null" }, 'is not a JSON object of key ids and secrets such as {"first":"…"}'],
    ["no key id", { SecretString: "{}" }, "has no key id: add at least one with its secret"],
    ["a number", { SecretString: '{"a":"hush hush","b":7}' }, 'has no text for the key id "b"'],
    ["an object", { SecretString: '{"b":{"hush":"hush hush"}}' }, 'has no text for the key id "b"'],
    ["an empty text", { SecretString: '{"a":"hush hush","b":""}' }, 'is empty for the key id "b"'],
  ])("refuses %s, and repeats no secret", async (_what, answer, problem) => {
    server.answers = [answer];
    const read = await readSecrets(client, ARN);
    expect(read).toEqual({ ok: false, problem: `the secret ${ARN} ${problem}` });
    expect(JSON.stringify(read)).not.toContain("hush hush");
  });

  it.each<[string, Answer]>([
    ["has an error of its own", { status: 500, code: "InternalServiceError" }],
    ["throttles", { status: 400, code: "ThrottlingException" }],
    ["does not answer", "silence"],
  ])("tries again when the service %s", async (_what, fault) => {
    server.answers = [fault, fault, { SecretString: '{"a":"b"}' }];
    expect(await readSecrets(client, ARN)).toEqual({ ok: true, secrets: new Map([["a", "b"]]) });
    expect(server.asked).toHaveLength(3);
  });

  it("gives up when the service stays in trouble, and at once when it refuses", async () => {
    server.answers = [{ status: 503, code: "ServiceUnavailable" }];
    expect(await readSecrets(client, ARN)).toEqual({
      ok: false,
      problem: expect.stringContaining(`the secret ${ARN} can't be read: ServiceUnavailable`),
    });
    expect(server.asked).toHaveLength(3);
    server.asked.length = 0;
    server.answers = [{ status: 400, code: "AccessDeniedException" }];
    expect(await readSecrets(client, ARN)).toEqual({
      ok: false,
      problem: `the secret ${ARN} can't be read: AccessDeniedException: on purpose`,
    });
    expect(server.asked).toHaveLength(1);
  });
});

describe("the client for a secret", () => {
  it("goes to the region that the ARN names, and tries a few times", async () => {
    const made = secretsManagerFor(ARN.replace("eu-west-1", "us-gov-east-1").replace("aws:", "aws-us-gov:"));
    if ("problem" in made) throw new Error(made.problem);
    expect([await made.config.region(), await made.config.maxAttempts()]).toEqual(["us-gov-east-1", 4]);
    made.destroy();
  });

  it.each(["telemetry", "arn:aws:ssm:eu-west-1:123456789012:parameter/x", ARN.split(":").slice(0, 6).join(":")])(
    "is not made for %j",
    (arn) => {
      expect(secretsManagerFor(arn)).toEqual({
        problem: expect.stringContaining(`not the ARN of a secret: "${arn}"; expected one such as arn:aws:secrets`),
      });
    },
  );
});
