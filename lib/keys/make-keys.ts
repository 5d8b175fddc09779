import { createHash, createSecretKey } from "node:crypto";
import { defaultSecrets } from "./default-secrets.ts";
import type { Key } from "./key.ts";
import { isKeyId, keyIdRule, shownKeyId } from "./key-id.ts";
import type { KeyEntry } from "./key-set.ts";
import { parseNetworks } from "./networks.ts";
import { isUuid, looksLikeSecret } from "./secret-like.ts";
import { isTooShort, LEAST_SECRET_LENGTH, secretProblem, secretWarnings } from "./secret-text.ts";
import { isV2Secret, parseV2Secret } from "./v2-secret.ts";

export type MadeKeys =
  | { readonly ok: true; readonly keys: readonly Key[]; readonly warning?: string }
  | { readonly ok: false; readonly problem: string };

/** Entries for secrets that were given without an id. */
export function entriesOfSecrets(secrets: readonly string[]): readonly KeyEntry[] {
  return secrets.map((secret, index) => ({ id: `secret-${index + 1}`, secret }));
}

/**
 * Makes keys of entries, and refuses what would let anybody in: none, an empty secret or one of a few characters, or a
 * well-known default.
 *
 * @param allowDefaultSecret accept those all the same, with a warning to show; with no entry given, the defaults
 * @returns the keys, or what is wrong, which names key ids and never a secret
 */
export function toKeys(entries: readonly KeyEntry[], allowDefaultSecret: boolean): MadeKeys {
  const chosen = entries.length === 0 && allowDefaultSecret ? defaultEntries : entries;
  if (chosen.length === 0) return refused(`a secret is missing: ${HOW_TO_SET}`);
  const problem = allowDefaultSecret ? undefined : weakness(chosen);
  if (problem !== undefined) return refused(problem);
  const keys = new Map<string, Key>();
  for (const entry of chosen) {
    const key = toKey(entry, chosen);
    if ("problem" in key) return refused(key.problem);
    if (keys.has(key.id)) return refused(`${shownKeyId(key.id)} is given twice: rename one of the two`);
    keys.set(key.id, key);
  }
  const open = [...keys.values()].filter(
    (key) => key.scheme === "legacy" && !key.from && !((key.retiredAt ?? Number.POSITIVE_INFINITY) <= Date.now()),
  );
  if (open.length > MOST_OPEN_KEYS) {
    return refused(
      `${open.length} legacy keys are accepted from everywhere, and each costs an HMAC for every forged message: limit some to networks, or retire some, so that ${MOST_OPEN_KEYS} are left`,
    );
  }
  const shared = sharedBytes([...keys.values()]);
  if (shared !== undefined) {
    return refused(`${shownKeyId(shared)} is of signature v2, but made of a legacy secret's bytes: make a new one`);
  }
  const warnings = warningsOf(chosen);
  return {
    ok: true,
    keys: [...keys.values()],
    ...(warnings.length > 0 && { warning: warnings.join("; ") }),
  };
}

/** A message without a key id has to be tried with each: with so many a forged datagram takes a fifth of a millisecond. */
const MOST_OPEN_KEYS = 32;

const HOW_TO_SET =
  "give the publishers' telemetry_secret by --secret or --secret-file, or for a trial allow the defaults by --allow-default-secret";

const defaultEntries: readonly KeyEntry[] = defaultSecrets.map((secret, index) => ({
  id: `default-${index + 1}`,
  secret,
}));

/** @returns what lets anybody sign, or nearly so */
function weakness(entries: readonly KeyEntry[]): string | undefined {
  const known = entries.find(({ secret }) => secret === "" || isDefault(secret));
  if (known !== undefined) {
    return `an empty or well-known default secret lets anybody sign (${shownKeyId(known.id)}): ${HOW_TO_SET}`;
  }
  const short = entries.find(({ secret }) => isTooShort(secret));
  if (short === undefined) return undefined;
  return `a secret of less than ${LEAST_SECRET_LENGTH} characters lets anybody sign who tries them all (${shownKeyId(short.id)}): take a longer one, or while publishers change over accept it by --allow-default-secret`;
}

/** Warnings of secrets that somebody may have meant, and that are worth a look. */
function warningsOf(entries: readonly KeyEntry[]): readonly string[] {
  const isOpen = entries.some(({ secret }) => secret === "" || isDefault(secret));
  return [
    ...(isOpen ? ["a well-known default secret is accepted: anybody can sign samples"] : []),
    ...entries.flatMap(({ id, secret }) => {
      if (isV2Secret(secret) || isDefault(secret) || secret === "") return [];
      return secretWarnings(secret).map((warning) => `${shownKeyId(id)} ${warning}`);
    }),
    // Not repeated: if it is a secret, nothing else has told it yet.
    ...(entries.some(({ id }) => isUuid(id))
      ? ["a key id is a UUID: ids are logged and counted, so make sure that it is not the secret"]
      : []),
  ];
}

function isDefault(secret: string): boolean {
  return defaultSecrets.some((known) => known === secret);
}

function toKey(entry: KeyEntry, all: readonly KeyEntry[]): Key | { readonly problem: string } {
  const { id, secret, from, publishers, retiredAt } = entry;
  if (!isKeyId(id)) return { problem: `${shownKeyId(id)} can't be used: choose ${keyIdRule}` };
  if (looksLikeSecret(id) || all.some((other) => other.secret === id)) return { problem: secretAsId(id) };
  const wrong = secretProblem(secret);
  if (wrong !== undefined) return { problem: `${shownKeyId(id)} ${wrong}` };
  const isV2 = isV2Secret(secret);
  const parsed = isV2 ? parseV2Secret(secret) : { ok: true as const, secret: createSecretKey(Buffer.from(secret)) };
  if (!parsed.ok) return { problem: `${shownKeyId(id)}: ${parsed.problem}` };
  const networks = from && parseNetworks(from);
  if (networks !== undefined && "problem" in networks) return { problem: `${shownKeyId(id)}: ${networks.problem}` };
  return {
    id,
    scheme: isV2 ? "v2" : "legacy",
    secret: parsed.secret,
    ...(networks && { from: networks }),
    ...(publishers && { publishers: new Set(publishers) }),
    ...(retiredAt !== undefined && { retiredAt }),
  };
}

function secretAsId(id: string): string {
  return `a key id of ${id.length} characters looks like a secret, and ids are logged and counted: choose a name such as 2027 or host-1; if it is a secret, replace it`;
}

/** @returns the id of a v2 key that makes the same HMACs as a legacy one: what the one signs could pass for the other's */
function sharedBytes(keys: readonly Key[]): string | undefined {
  const legacy = new Set(defaultSecrets.map((secret) => hmacBlock(Buffer.from(secret))));
  for (const { scheme, secret } of keys) if (scheme === "legacy") legacy.add(hmacBlock(secret.export()));
  return keys.find(({ scheme, secret }) => scheme === "v2" && legacy.has(hmacBlock(secret.export())))?.id;
}

/** The hash of an HMAC's key block: a long key is hashed first, a short one is filled up with zeros. */
function hmacBlock(secret: Buffer): string {
  const block = Buffer.alloc(64);
  block.set(secret.length > block.length ? createHash("sha256").update(secret).digest() : secret);
  return createHash("sha256").update(block).digest("hex");
}

function refused(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
