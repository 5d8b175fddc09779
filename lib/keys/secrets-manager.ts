import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** The texts of every secret, by key id; or what is wrong, which never repeats a secret. */
export type ReadSecrets =
  | { readonly ok: true; readonly secrets: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly problem: string };

/** With the SDK's growing pauses between, these outlast a hiccup of the service and stay within Lambda's ten seconds for a start. */
const ATTEMPTS = 4;
/** An answer takes some milliseconds; one that never comes must leave time for the next attempt. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

const ARN = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:./;

/**
 * Makes a client for the region that the ARN names. Endpoint and credentials come from where the SDK looks.
 *
 * @returns the client, for the caller to destroy, or what is wrong with the ARN
 */
export function secretsManagerFor(arn: string): SecretsManagerClient | { readonly problem: string } {
  const region = ARN.exec(arn)?.[1];
  if (region === undefined) {
    return {
      problem: `not the ARN of a secret: ${JSON.stringify(arn)}; expected one such as arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd`,
    };
  }
  return new SecretsManagerClient({ region, maxAttempts: ATTEMPTS, requestHandler: TIMEOUTS });
}

/** Reads a secret whose text is a JSON object of key ids and secrets: `{"2024": "…", "2025": "…"}`. */
export async function readSecrets(client: SecretsManagerClient, arn: string): Promise<ReadSecrets> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    const secrets = toTexts(SecretString);
    if (typeof secrets !== "string") return { ok: true, secrets };
    return { ok: false, problem: `the secret ${arn} ${secrets}` };
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ok: false, problem: `the secret ${arn} can't be read: ${why}` };
  }
}

/** @returns what the text holds, or what is wrong with it */
function toTexts(text: string | undefined): ReadonlyMap<string, string> | string {
  if (text === undefined) return "holds bytes: store a JSON object of texts instead";
  const parsed = parsedJson(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return 'is not a JSON object of key ids and secrets such as {"first":"…"}';
  }
  const secrets = new Map<string, string>();
  for (const [keyId, secret] of Object.entries(parsed)) {
    if (typeof secret !== "string") return `has no text for the key id ${JSON.stringify(keyId)}`;
    if (secret === "") return `is empty for the key id ${JSON.stringify(keyId)}`;
    secrets.set(keyId, secret);
  }
  return secrets.size === 0 ? "has no key id: add at least one with its secret" : secrets;
}

/** Without the parser's own message, which quotes the text. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
