import { createJudge, type Judge } from "../collector/judge.ts";
import type { Logger } from "../collector/logger.ts";
import { environmentNames, type Settings } from "../collector/settings.ts";
import { toSecrets } from "../collector/signature/secrets.ts";
import { readSecrets, secretsManagerFor } from "./secrets-manager.ts";

/** The judge, or why there can be none, which never repeats a secret. */
export type OpenedJudge =
  | { readonly ok: true; readonly judge: Judge }
  | { readonly ok: false; readonly problem: string };

/** Makes the judge that the settings ask for: any of their own secrets and of those in Secrets Manager may have signed. */
export async function openJudge(settings: Settings, logger: Logger): Promise<OpenedJudge> {
  const kept = settings.secretArn === null ? [] : await keptSecrets(settings.secretArn);
  if ("problem" in kept) return { ok: false, problem: kept.problem };
  const texts = [...settings.secrets, ...kept];
  if (texts.length === 0 && !settings.allowDefaultSecret) {
    const { secretArn, secrets } = environmentNames;
    return {
      ok: false,
      problem: `a secret is missing: give ${secretArn}, a secret in Secrets Manager, or ${secrets}, a JSON list`,
    };
  }
  const secrets = toSecrets(texts, settings.allowDefaultSecret);
  if (!secrets.ok) return secrets;
  if (secrets.warning !== undefined) logger.warn(secrets.warning);
  return { ok: true, judge: createJudge({ ...settings, secrets: secrets.secrets }) };
}

async function keptSecrets(arn: string): Promise<readonly string[] | { readonly problem: string }> {
  const client = secretsManagerFor(arn);
  if ("problem" in client) return client;
  try {
    const read = await readSecrets(client, arn);
    return read.ok ? [...read.secrets.values()] : read;
  } finally {
    client.destroy();
  }
}
