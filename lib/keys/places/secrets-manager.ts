import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { bounded } from "../../aws/bounded-client.ts";
import { type CallLimits, callLimits, limitOptions } from "../../aws/client-options.ts";
import { isWorthRetrying } from "../../aws/service-error.ts";
import type { KeyText, WrittenKeys } from "../key-store.ts";

const ARN = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:./;

/** @returns the region that the ARN of a secret names, or what is wrong with it */
export function regionOfSecret(arn: string): string | { readonly problem: string } {
  const region = ARN.exec(arn)?.[1];
  if (region !== undefined) return region;
  return {
    problem: `not the ARN of a secret: ${JSON.stringify(arn)}; expected one such as arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd`,
  };
}

/**
 * Makes a client for the region that the ARN names. Endpoint and credentials come from where the SDK looks.
 *
 * @returns the client, for the caller to destroy, or what is wrong with the ARN
 */
export function secretsManagerFor(
  arn: string,
  limits: CallLimits = callLimits.secret,
): SecretsManagerClient | { readonly problem: string } {
  const region = regionOfSecret(arn);
  if (typeof region !== "string") return region;
  return bounded(new SecretsManagerClient({ region, ...limitOptions(limits) }), limits);
}

/** Reads a secret's text. Its version is Secrets Manager's own id of it. */
export async function readSecret(client: SecretsManagerClient, arn: string, signal?: AbortSignal): Promise<KeyText> {
  try {
    const found = await client.send(new GetSecretValueCommand({ SecretId: arn }), { abortSignal: signal });
    return { ok: true, text: found.SecretString, version: found.VersionId ?? "" };
  } catch (error) {
    return {
      ok: false,
      problem: `the secret ${arn} can't be read: ${spelled(error)}`,
      transient: isWorthRetrying(error),
    };
  }
}

/**
 * Writes a secret's text, unless it was changed since `basis` was read. Secrets Manager can't compare and write in
 * one step: who writes between our last look and our writing is overwritten. That is seen afterwards, and said.
 *
 * @param version a UUID, which names what is written: trying again with the same one writes once
 */
export async function writeSecret(
  client: SecretsManagerClient,
  arn: string,
  text: string,
  basis: string,
  version: string,
): Promise<WrittenKeys> {
  const read = await readSecret(client, arn);
  if (!read.ok) return read;
  if (read.version !== basis) {
    return { ok: false, problem: `the secret ${arn} was changed meanwhile: try again`, again: true };
  }
  try {
    const request = { SecretId: arn, SecretString: text, ClientRequestToken: version };
    const written = await client.send(new PutSecretValueCommand(request));
    if (written.VersionId !== version) throw new Error("the answer does not name the version that was written");
  } catch (error) {
    return { ok: false, problem: `the secret ${arn} can't be written: ${spelled(error)}` };
  }
  const warning = await lostUpdate(client, arn, basis, version);
  return { ok: true, ...(warning !== undefined && { warning }) };
}

/** @returns undefined if what we replaced is what we had read, and nothing has replaced ours */
async function lostUpdate(
  client: SecretsManagerClient,
  arn: string,
  basis: string,
  version: string,
): Promise<string | undefined> {
  try {
    const request = { SecretId: arn, VersionStage: "AWSPREVIOUS" };
    const { VersionId: replaced } = await client.send(new GetSecretValueCommand(request));
    if (replaced === basis) return undefined;
    const other = replaced === version ? "this change, and was replaced at once" : "another change, and was replaced";
    return `the secret ${arn} was changed by two at the same time: its version ${replaced} has ${other}; list the keys, and make the change that is missing again`;
  } catch (error) {
    return `the secret ${arn} was written, but whether somebody else wrote at the same time can't be told (${spelled(error)}); list the keys`;
  }
}

function spelled(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
