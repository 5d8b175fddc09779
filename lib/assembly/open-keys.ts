import { createHash } from "node:crypto";
import { type KeyEntry, parseKeySet } from "../keys/key-set.ts";
import type { KeyPlace } from "../keys/key-store.ts";
import { fixedKeys, type KeySource } from "../keys/keyring.ts";
import { entriesOfSecrets, toKeys } from "../keys/make-keys.ts";
import { readKeyFile } from "../keys/places/key-file.ts";
import { withNotedUses } from "../keys/places/noted-uses.ts";
import { readSecret, secretsManagerFor } from "../keys/places/secrets-manager.ts";
import { type GoodKeys, refreshingKeys } from "../keys/refreshing-keys.ts";
import type { Logger } from "../log/logger.ts";
import { environmentNames, type Settings } from "../settings.ts";

export type OpenedKeys =
  | {
      readonly ok: true;
      /** For the caller to close. */
      readonly keys: KeySource;
    }
  /** Never repeats a secret. Transient: the place did not answer, and may later. */
  | { readonly ok: false; readonly problem: string; readonly transient: boolean };

/** @returns all secrets, those that never change as well, or what is wrong with a file; never repeats a secret */
export type ReadSecrets = () => readonly string[] | { readonly problem: string };

type Configured = Pick<Settings, "secrets" | "allowDefaultSecret" | "keyFile" | "secretArn" | "keyCacheSeconds"> & {
  readonly readSecrets?: ReadSecrets | undefined;
};

/**
 * Opens the keys that the settings ask for: all of their own, of the file and of Secrets Manager together.
 *
 * @param notesUses beside a file of keys, when each was last used; only a collector's uses say that a key is needed
 */
export async function openKeys(settings: Configured, logger: Logger, notesUses = true): Promise<OpenedKeys> {
  const places = placesOf(settings);
  if ("problem" in places) return { ok: false, problem: places.problem, transient: false };
  const missing = missingKeys(settings);
  if (missing !== undefined) return { ok: false, problem: missing, transient: false };
  const { readSecrets } = settings;
  const read = async (signal?: AbortSignal): Promise<ReadAll> => {
    const secrets = readSecrets?.() ?? settings.secrets;
    if ("problem" in secrets) return { ok: false, problem: secrets.problem, transient: false };
    return readAll(places, { ...settings, secrets }, signal);
  };
  const first = await read();
  if (!first.ok) return first;
  if (first.warning !== undefined) logger.warn(first.warning);
  if (places.length === 0 && readSecrets === undefined) return { ok: true, keys: fixedKeys(first.keys) };
  const refreshing = refreshingKeys(first, { read, cacheMs: settings.keyCacheSeconds * 1_000, logger });
  const { keyFile } = settings;
  const keys = keyFile === null || !notesUses ? refreshing : withNotedUses(refreshing, { keyFile, logger });
  return { ok: true, keys };
}

/** @returns what to do where the settings name no key at all; undefined if they name one, be it good or not */
export function missingKeys(settings: Configured): string | undefined {
  const { secrets, allowDefaultSecret, keyFile, secretArn } = settings;
  return keyFile === null && secretArn === null && secrets.length === 0 && !allowDefaultSecret ? MISSING : undefined;
}

/** A person gives options, a deployment an environment. */
const MISSING = `a secret is missing: give --secret, --secret-file or --keys, or for a trial --allow-default-secret; in an environment ${environmentNames.secretArn}, a secret in Secrets Manager, ${environmentNames.keyFile}, a file, or ${environmentNames.secrets}, a JSON list`;

function placesOf({ keyFile, secretArn }: Configured): readonly KeyPlace[] | { readonly problem: string } {
  const places: KeyPlace[] = [];
  if (keyFile !== null) places.push({ name: `the file ${keyFile}`, read: () => readKeyFile(keyFile) });
  if (secretArn !== null) {
    const client = secretsManagerFor(secretArn);
    if ("problem" in client) return client;
    client.destroy();
    places.push({ name: `the secret ${secretArn}`, read: (signal) => readKept(secretArn, signal) });
  }
  return places;
}

/** With a client for one reading: in the minutes until the next its connection would have died. */
async function readKept(arn: string, signal: AbortSignal | undefined): ReturnType<KeyPlace["read"]> {
  const client = secretsManagerFor(arn);
  if ("problem" in client) throw new Error(client.problem);
  try {
    return await readSecret(client, arn, signal);
  } finally {
    client.destroy();
  }
}

type ReadAll = GoodKeys | { readonly ok: false; readonly problem: string; readonly transient: boolean };

async function readAll(
  places: readonly KeyPlace[],
  { secrets, allowDefaultSecret }: Configured,
  signal: AbortSignal | undefined,
): Promise<ReadAll> {
  const entries: KeyEntry[] = [...entriesOfSecrets(secrets)];
  const versions = createHash("sha256").update(JSON.stringify(secrets));
  const warnings: string[] = [];
  for (const place of places) {
    const read = await place.read(signal);
    if (!read.ok) return { ok: false, problem: read.problem, transient: read.transient };
    const parsed = parseKeySet(read.text);
    if (!parsed.ok) return { ok: false, problem: `${place.name} ${parsed.problem}`, transient: false };
    entries.push(...parsed.entries);
    versions.update(`${read.version}\n`);
    if (read.warning !== undefined) warnings.push(read.warning);
  }
  const made = toKeys(entries, allowDefaultSecret);
  if (!made.ok) return { ...made, transient: false };
  if (made.warning !== undefined) warnings.push(made.warning);
  const warning = warnings.length === 0 ? undefined : { warning: warnings.join("; ") };
  return { ok: true, keys: made.keys, version: versions.digest("hex"), ...warning };
}
