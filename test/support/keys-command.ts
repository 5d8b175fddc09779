import { readFile, writeFile } from "node:fs/promises";
import { vi } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { parseKeySet } from "../../lib/keys/key-set.ts";
import { lastUsedPath } from "../../lib/keys/places/last-used-file.ts";
import { captureIo } from "./captured-io.ts";
import { type LogsServer, startLogs } from "./logs-server.ts";
import { type SecretsManagerServer, startSecretsManager } from "./secrets-manager-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";
export const DAY = 86_400_000;
export const V2_SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;

/** `countersign keys` with a file of its own, and with services to ask. */
export interface KeysCommand {
  readonly folder: string;
  readonly secretsManager: SecretsManagerServer;
  readonly logs: LogsServer;
  /** @param args with the file as --keys, unless there is another */
  run(
    ...args: readonly string[]
  ): Promise<{ readonly code: number; readonly out: readonly string[]; readonly err: string }>;
  /** Writes the file. */
  keep(keys: Readonly<Record<string, unknown>>): Promise<void>;
  /** @returns what is in the file: entries, or what is wrong */
  kept(): Promise<unknown>;
  /** Writes what a running collector has noted. */
  noteUses(lastUsed: Readonly<Record<string, string>>, since?: string): Promise<void>;
  close(): Promise<void>;
}

export async function keysCommandWithServices(): Promise<KeysCommand> {
  const [secretsManager, logs, folder] = await Promise.all([startSecretsManager(), startLogs(), temporaryFolder()]);
  const path = `${folder.path}/keys.json`;
  // Where the SDK itself looks.
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secretsManager.endpoint);
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  return {
    folder: folder.path,
    secretsManager,
    logs,
    async run(...args) {
      const io = captureIo();
      const code = await main(["keys", ...args, ...(args.includes("--keys") ? [] : ["--keys", path])], io);
      return { code, out: io.lines, err: io.errors.join("\n") };
    },
    keep: (keys) => writeFile(path, JSON.stringify(keys), { mode: 0o600 }),
    async kept() {
      const parsed = parseKeySet(await readFile(path, "utf8"));
      return parsed.ok ? parsed.entries : parsed.problem;
    },
    noteUses: (lastUsed, since = ago(60 * DAY)) =>
      writeFile(lastUsedPath(path), JSON.stringify({ since, notedAt: ago(1_000), lastUsed })),
    async close() {
      vi.unstubAllEnvs();
      await Promise.all([secretsManager.close(), logs.close(), folder.remove()]);
    },
  };
}

/** The time so many milliseconds ago, as text. */
export function ago(milliseconds: number): string {
  return new Date(Date.now() - milliseconds).toISOString();
}
