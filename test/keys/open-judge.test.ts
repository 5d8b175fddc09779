import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../lib/collector/logger.ts";
import { fromEnvironment, type Settings } from "../../lib/collector/settings.ts";
import { openJudge } from "../../lib/keys/open-judge.ts";
import { CAPTURE_SECRET, ICEHOUSE_SECRET } from "../support/fixtures.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { type SecretsManagerServer, startSecretsManager } from "../support/secrets-manager-server.ts";

const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";

let server: SecretsManagerServer;
beforeAll(async () => {
  server = await startSecretsManager();
});
beforeEach(() => {
  // Where the SDK itself looks, as in a deployment against a local service.
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => server.close());

async function opened(settings: Partial<Settings>) {
  const log: string[] = [];
  const { settings: defaults } = fromEnvironment({ COUNTERSIGN_STORAGE: "memory:" });
  const judge = await openJudge(
    { ...defaults, ...settings },
    createLogger((line) => log.push(line)),
  );
  return { judge, log };
}

describe("opening the judge", () => {
  it("trusts the secrets in Secrets Manager, those of the settings, and no others", async () => {
    const message = signedMessage(plainSample);
    const verdicts: boolean[] = [];
    for (const [secrets, kept] of [
      [[], { old: "x", current: CAPTURE_SECRET }],
      [[CAPTURE_SECRET], { old: "x" }],
      [["y"], { old: "x" }],
    ] as const) {
      server.answers = [{ SecretString: JSON.stringify(kept) }];
      const { judge } = await opened({ secrets, secretArn, allowDefaultSecret: true });
      if (!judge.ok) throw new Error(judge.problem);
      verdicts.push(judge.judge(message).ok);
    }
    expect(verdicts).toEqual([true, true, false]);
  });

  it("refuses a well-known default secret wherever it is kept, and warns where it is allowed", async () => {
    server.answers = [{ SecretString: JSON.stringify({ first: "good", second: ICEHOUSE_SECRET }) }];
    const refused = await opened({ secretArn });
    expect(refused.judge).toEqual({ ok: false, problem: expect.stringContaining("lets anybody sign") });
    const allowed = await opened({ secretArn, allowDefaultSecret: true });
    expect([allowed.judge.ok, allowed.log.join()]).toEqual([true, expect.stringContaining("anybody can sign samples")]);
  });

  it("says how to give a secret where there is none", async () => {
    expect((await opened({})).judge).toEqual({
      ok: false,
      problem:
        "a secret is missing: give COUNTERSIGN_SECRET_ARN, a secret in Secrets Manager, or COUNTERSIGN_SECRETS, a JSON list",
    });
  });

  it("says what is wrong with the ARN, and with what is kept there", async () => {
    expect((await opened({ secretArn: "telemetry" })).judge).toEqual({
      ok: false,
      problem: expect.stringContaining('not the ARN of a secret: "telemetry"'),
    });
    server.answers = [{ SecretString: "{}" }];
    expect((await opened({ secretArn, secrets: ["s"] })).judge).toEqual({
      ok: false,
      problem: `the secret ${secretArn} has no key id: add at least one with its secret`,
    });
  });
});
