import { chmod, rename, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openKeys } from "../../lib/assembly/open-keys.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { fromEnvironment, type Settings } from "../../lib/settings.ts";
import { eventually } from "../support/eventually.ts";
import { ICEHOUSE_SECRET } from "../support/fixtures.ts";
import { type SecretsManagerServer, startSecretsManager } from "../support/secrets-manager-server.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";

let server: SecretsManagerServer;
let folder: TemporaryFolder;
beforeAll(async () => {
  [server, folder] = await Promise.all([startSecretsManager(), temporaryFolder()]);
});
beforeEach(() => {
  // Where the SDK itself looks, as in a deployment against a local service.
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  server.asked.length = 0;
  server.answers = [];
});
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  vi.unstubAllEnvs();
});
afterAll(() => Promise.all([server.close(), folder.remove()]));

async function opened(settings: Partial<Settings>) {
  const log: string[] = [];
  const { settings: defaults } = fromEnvironment({ COUNTERSIGN_STORAGE: "memory:" });
  const result = await openKeys(
    { ...defaults, ...settings },
    createLogger((line) => log.push(line)),
  );
  if (result.ok) closing.push(() => result.keys.close());
  return { result, log };
}

async function keysOf(settings: Partial<Settings>) {
  const { result, log } = await opened(settings);
  if (!result.ok) throw new Error(result.problem);
  return { keys: result.keys, log };
}

async function keyFile(name: string, content: unknown, mode = 0o600): Promise<string> {
  const path = `${folder.path}/${name}`;
  await writeFile(`${path}.new`, JSON.stringify(content));
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
  return path;
}

describe("opening the keys", () => {
  it("takes those of the settings, of the file and of Secrets Manager together", async () => {
    server.answers = [{ SecretString: '{"current": "a long secret x", "old": "a long secret y"}' }];
    const file = await keyFile("together", {
      "pub-1": `whsec_${Buffer.alloc(32, 1).toString("base64")}`,
      site: "a long secret z",
    });
    const { keys } = await keysOf({ secrets: ["a long secret w"], keyFile: file, secretArn });
    const { legacy, v2 } = keys.current();
    expect([legacy.map(({ id, secret }) => [id, secret.export().toString()]), [...v2.keys()]]).toEqual([
      [
        ["secret-1", "a long secret w"],
        ["site", "a long secret z"],
        ["current", "a long secret x"],
        ["old", "a long secret y"],
      ],
      ["pub-1"],
    ]);
  });

  it("refuses a well-known default secret wherever it is kept, and warns where it is allowed", async () => {
    server.answers = [{ SecretString: JSON.stringify({ first: "good", second: ICEHOUSE_SECRET }) }];
    const refused = await opened({ secretArn });
    expect(refused.result).toEqual({
      ok: false,
      problem: expect.stringContaining('lets anybody sign (the key id "second")'),
      transient: false,
    });
    const allowed = await opened({ secretArn, allowDefaultSecret: true });
    expect([allowed.result.ok, allowed.log.join()]).toEqual([
      true,
      expect.stringContaining("anybody can sign samples"),
    ]);
  });

  it("says how to give a secret where there is none", async () => {
    const { result } = await opened({});
    expect(result).toMatchObject({ ok: false, transient: false });
    expect(!result.ok && result.problem).toMatch(
      /^a secret is missing: .*--secret-file.*COUNTERSIGN_SECRET_ARN.*COUNTERSIGN_KEY_FILE.*COUNTERSIGN_SECRETS/,
    );
  });

  it("says what is wrong for good: the ARN, the file, what is kept there, one id in two places", async () => {
    server.answers = [{ SecretString: "{}" }];
    const [absent, twice, site] = [
      `${folder.path}/absent`,
      await keyFile("twice", { a: "a long secret x", b: "a long secret y" }),
      { site: "a long secret z" },
    ];
    const problems: unknown[] = [];
    for (const settings of [
      { secretArn: "telemetry" },
      { secretArn, secrets: ["a long secret s"] },
      { keyFile: absent },
      { keyFile: await keyFile("open", site, 0o622) },
    ]) {
      problems.push((await opened(settings)).result);
    }
    server.answers = [{ SecretString: '{"b": "a long secret z"}' }];
    problems.push((await opened({ secretArn, keyFile: twice })).result);
    expect(problems).toEqual(
      [
        expect.stringContaining('not the ARN of a secret: "telemetry"'),
        `the secret ${secretArn} has no key id: add at least one with its secret`,
        `the file ${absent} does not exist`,
        expect.stringMatching(/^the file .*\/open can be changed by other users: chmod go-w$/),
        'the key id "b" is given twice: rename one of the two',
      ].map((problem) => ({ ok: false, problem, transient: false })),
    );
  });

  it("says that it may go well later where Secrets Manager has trouble of its own", async () => {
    server.answers = [{ status: 500, code: "InternalServiceError" }];
    expect((await opened({ secretArn })).result).toEqual({
      ok: false,
      problem: expect.stringContaining(`the secret ${secretArn} can't be read: InternalServiceError`),
      transient: true,
    });
  });

  it("warns of a file that other users can read", async () => {
    const { log } = await keysOf({ keyFile: await keyFile("readable", { a: "a long secret x" }, 0o644) });
    expect(log.map((line) => JSON.parse(line))).toEqual([
      { level: "warn", message: expect.stringContaining("can be read by other users: chmod go-r") },
    ]);
  });

  it("reads both places again after their time", async () => {
    server.answers = [
      { SecretString: '{"current": "a long secret x"}' },
      { SecretString: '{"current": "a long secret x", "next": "a long secret y"}' },
    ];
    const file = await keyFile("again", { site: "a long secret z" });
    const { keys } = await keysOf({ secretArn, keyFile: file, keyCacheSeconds: 1 });
    await keyFile("again", { site: "a long secret z", "site-2": "a long secret u" });
    const ids = () => keys.current().legacy.map(({ id }) => id);
    expect(ids()).toEqual(["site", "current"]);
    await eventually("both are read again", () => ids().length > 2);
    expect(ids()).toEqual(["site", "site-2", "current", "next"]);
  });

  it("never holds a secret in what it logs", async () => {
    server.answers = [
      { SecretString: '{"current": "hush-1"}' },
      { SecretString: '{"current": "hush-2", "b": ["hush-3"]}' },
    ];
    const { keys, log } = await keysOf({ secretArn, secrets: ["hush-4"], keyCacheSeconds: 1 });
    await eventually("a reading fails", () => keys.failedReads() > 0 || keys.current() === undefined);
    expect(log.join()).toContain("neither a text nor an object");
    expect(log.join()).not.toContain("hush");
  });
});
