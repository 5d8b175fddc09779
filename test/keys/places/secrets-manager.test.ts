import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readSecret, secretsManagerFor, writeSecret } from "../../../lib/keys/places/secrets-manager.ts";
import { type Answer, type SecretsManagerServer, startSecretsManager } from "../../support/secrets-manager-server.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";
const VERSION = "5f0b9f43-6c1e-4b8e-9d51-0f2b7f1f9c11";

let server: SecretsManagerServer;
let client: SecretsManagerClient;

beforeAll(async () => {
  server = await startSecretsManager();
});
beforeEach(() => {
  client = server.client();
  server.asked.length = 0;
  server.answers = [];
  server.beforePut = () => undefined;
});
afterEach(() => client.destroy());
afterAll(() => server.close());

describe("reading a secret", () => {
  it("gives its text, or that it has none, with the id of its version", async () => {
    server.answers = [{ SecretString: '{"2025": "new “one”"}', VersionId: "7" }, { SecretBinary: "AAEC" }];
    expect(await readSecret(client, ARN)).toEqual({ ok: true, text: '{"2025": "new “one”"}', version: "7" });
    expect(await readSecret(client, ARN)).toEqual({ ok: true, text: undefined, version: "" });
    expect(server.asked).toEqual([ARN, ARN]);
  });

  it.each<[string, Answer]>([
    ["has an error of its own", { status: 500, code: "InternalServiceError" }],
    ["throttles", { status: 400, code: "ThrottlingException" }],
    ["does not answer", "silence"],
  ])("tries again when the service %s", async (_what, fault) => {
    server.answers = [fault, fault, { SecretString: "s", VersionId: "1" }];
    expect(await readSecret(client, ARN)).toEqual({ ok: true, text: "s", version: "1" });
    expect(server.asked).toHaveLength(3);
  });

  it.each<[string, Answer]>([
    ["ServiceUnavailable", { status: 503, code: "ServiceUnavailable" }],
    ["ThrottlingException", { status: 400, code: "ThrottlingException" }],
    ["TimeoutError", "silence"],
  ])("gives up for now: %s", async (name, fault) => {
    server.answers = [fault];
    const hasty = server.client(1);
    expect(await readSecret(hasty, ARN)).toEqual({
      ok: false,
      problem: expect.stringContaining(`the secret ${ARN} can't be read: ${name}`),
      transient: true,
    });
    hasty.destroy();
  });

  it.each(["AccessDeniedException", "ResourceNotFoundException"])("gives up at once for good: %s", async (code) => {
    server.answers = [{ status: 400, code }];
    expect(await readSecret(client, ARN)).toEqual({
      ok: false,
      problem: `the secret ${ARN} can't be read: ${code}: on purpose`,
      transient: false,
    });
    expect(server.asked).toHaveLength(1);
  });

  it("stops when told", async () => {
    server.answers = ["silence"];
    const stop = new AbortController();
    const reading = readSecret(client, ARN, stop.signal);
    stop.abort();
    expect(await reading).toMatchObject({ ok: false, problem: expect.stringContaining("AbortError") });
  });
});

describe("writing a secret", () => {
  it("puts a version of the given id in the place of the one that was read", async () => {
    const basis = server.put("old");
    expect(await writeSecret(client, ARN, "new", basis, VERSION)).toEqual({ ok: true });
    expect(await readSecret(client, ARN)).toEqual({ ok: true, text: "new", version: VERSION });
  });

  it("writes nothing when it was changed since", async () => {
    const basis = server.put("old");
    server.put("other");
    expect(await writeSecret(client, ARN, "new", basis, VERSION)).toEqual({
      ok: false,
      problem: `the secret ${ARN} was changed meanwhile: try again`,
      again: true,
    });
    expect(server.current()).toBe("other");
  });

  it("says so when somebody else wrote at the same moment, before or after", async () => {
    const first = server.put("old");
    server.beforePut = () => void server.put("other", "the-other");
    const written = await writeSecret(client, ARN, "new", first, "1f0b9f43-6c1e-4b8e-9d51-0f2b7f1f9c11");
    expect(written).toEqual({
      ok: true,
      warning: `the secret ${ARN} was changed by two at the same time: its version the-other has another change, and was replaced; list the keys, and make the change that is missing again`,
    });
    const second = server.put("old again");
    server.beforePut = () => {
      server.put("new", "2f0b9f43-6c1e-4b8e-9d51-0f2b7f1f9c11");
      server.put("other");
    };
    expect(await writeSecret(client, ARN, "new", second, "2f0b9f43-6c1e-4b8e-9d51-0f2b7f1f9c11")).toEqual({
      ok: true,
      warning: expect.stringContaining("has this change, and was replaced at once; list the keys"),
    });
  });

  it("says that it was written, although that can't be checked", async () => {
    const basis = server.put("old");
    server.answers = [
      { SecretString: "old", VersionId: basis },
      { status: 400, code: "AccessDeniedException" },
    ];
    expect(await writeSecret(client, ARN, "new", basis, VERSION)).toEqual({
      ok: true,
      warning: expect.stringContaining("can't be told (AccessDeniedException: on purpose); list the keys"),
    });
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
