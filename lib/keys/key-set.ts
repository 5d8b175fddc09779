import { createHash, createSecretKey } from "node:crypto";
import { defaultSecrets } from "./default-secrets.ts";
import type { Key } from "./key.ts";
import { isKeyId, keyIdRule } from "./key-id.ts";
import { parseNetworks } from "./networks.ts";
import { isV2Secret, parseV2Secret } from "./v2-secret.ts";

/** One key as it is kept: its secret is text, and its times may lie ahead. */
export interface KeyEntry {
  /** 1 to 64 of A-Z, a-z, 0-9, _ and -, which `toKeys` checks. */
  readonly id: string;
  /** `whsec_BASE64` for signature v2; anything else is Ceilometer's `telemetry_secret`. */
  readonly secret: string;
  /** Networks such as `10.0.0.0/8`; at least one. @default everywhere */
  readonly from?: readonly string[];
  /** Values of `publisher_id`; at least one. @default any */
  readonly publishers?: readonly string[];
  /** Milliseconds since 1970. @default long ago */
  readonly addedAt?: number;
  /** Milliseconds since 1970. @default never */
  readonly retiredAt?: number;
}

export type ParsedKeySet =
  | { readonly ok: true; readonly entries: readonly KeyEntry[] }
  /** What is wrong, to be put after the place's name: `is not a JSON object …`. */
  | { readonly ok: false; readonly problem: string };

/** Secrets Manager holds so many bytes in a secret, and a file may not be longer: reading stays cheap. */
export const MAX_KEY_SET_BYTES = 65_536;

/**
 * Reads a set of keys: a JSON object of key ids, each with its secret or with an object
 * `{"secret", "from", "publishers", "addedAt", "retiredAt"}`, the times as ISO 8601 with a zone.
 *
 * @param text undefined where bytes are kept instead
 * @returns the entries as they stand there, or what is wrong, which names key ids and never a secret
 */
export function parseKeySet(text: string | undefined): ParsedKeySet {
  if (text === undefined) return refused("holds bytes: store a JSON object of texts instead");
  if (Buffer.byteLength(text) > MAX_KEY_SET_BYTES) {
    return refused(`is longer than ${MAX_KEY_SET_BYTES} bytes: remove keys that were retired`);
  }
  const parsed = parsedJson(text);
  if (!isObject(parsed)) return refused('is not a JSON object of key ids and secrets such as {"first":"…"}');
  const entries: KeyEntry[] = [];
  for (const [id, kept] of Object.entries(parsed)) {
    const entry = typeof kept === "string" ? secretOf(id, kept) : isObject(kept) ? entryOf(id, kept) : undefined;
    if (entry === undefined) return refused(`has neither a text nor an object for ${named(id)}`);
    if (typeof entry === "string") return refused(entry);
    entries.push(entry);
  }
  return entries.length === 0 ? refused("has no key id: add at least one with its secret") : { ok: true, entries };
}

export type MadeKeys =
  | { readonly ok: true; readonly keys: readonly Key[]; readonly warning?: string }
  | { readonly ok: false; readonly problem: string };

/** Entries for secrets that were given without an id. */
export function entriesOfSecrets(secrets: readonly string[]): readonly KeyEntry[] {
  return secrets.map((secret, index) => ({ id: `secret-${index + 1}`, secret }));
}

/**
 * Makes keys of entries, and refuses what would let anybody in: none, an empty secret, or a well-known default.
 *
 * @param allowDefaultSecret accept those all the same, with a warning to show; with no entry given, the defaults
 * @returns the keys, or what is wrong, which names key ids and never a secret
 */
export function toKeys(entries: readonly KeyEntry[], allowDefaultSecret: boolean): MadeKeys {
  const chosen = entries.length === 0 && allowDefaultSecret ? defaultEntries : entries;
  if (chosen.length === 0) return refused(`a secret is missing: ${HOW_TO_SET}`);
  const weak = chosen.find(({ secret }) => secret === "" || isDefault(secret));
  if (weak !== undefined && !allowDefaultSecret) {
    return refused(`an empty or well-known default secret lets anybody sign (${named(weak.id)}): ${HOW_TO_SET}`);
  }
  const keys = new Map<string, Key>();
  for (const entry of chosen) {
    const key = toKey(entry);
    if ("problem" in key) return refused(key.problem);
    if (keys.has(key.id)) return refused(`${named(key.id)} is given twice: rename one of the two`);
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
    return refused(`${named(shared)} is of signature v2, but made of a legacy secret's bytes: make a new one`);
  }
  const warning = weak && { warning: "a well-known default secret is accepted: anybody can sign samples" };
  return { ok: true, keys: [...keys.values()], ...warning };
}

/** A message without a key id has to be tried with each: with so many a forged datagram takes a fifth of a millisecond. */
const MOST_OPEN_KEYS = 32;

const HOW_TO_SET =
  "give the publishers' telemetry_secret by --secret or --secret-file, or for a trial allow the defaults by --allow-default-secret";

const defaultEntries: readonly KeyEntry[] = defaultSecrets.map((secret, index) => ({
  id: `default-${index + 1}`,
  secret,
}));

function isDefault(secret: string): boolean {
  return defaultSecrets.some((known) => known === secret);
}

function toKey({ id, secret, from, publishers, retiredAt }: KeyEntry): Key | { readonly problem: string } {
  if (!isKeyId(id)) return { problem: `${named(id)} can't be used: choose ${keyIdRule}` };
  const isV2 = isV2Secret(secret);
  const parsed = isV2 ? parseV2Secret(secret) : { ok: true as const, secret: createSecretKey(Buffer.from(secret)) };
  if (!parsed.ok) return { problem: `${named(id)}: ${parsed.problem}` };
  const networks = from && parseNetworks(from);
  if (networks !== undefined && "problem" in networks) return { problem: `${named(id)}: ${networks.problem}` };
  return {
    id,
    scheme: isV2 ? "v2" : "legacy",
    secret: parsed.secret,
    ...(networks && { from: networks }),
    ...(publishers && { publishers: new Set(publishers) }),
    ...(retiredAt !== undefined && { retiredAt }),
  };
}

/** @returns the id of a v2 key that makes the same HMACs as a legacy one: what the one signs could pass for the other's */
function sharedBytes(keys: readonly Key[]): string | undefined {
  const legacy = new Set(defaultSecrets.map((secret) => hmacBlock(Buffer.from(secret))));
  for (const { scheme, secret } of keys) if (scheme === "legacy") legacy.add(hmacBlock(secret.export()));
  return keys.find(({ scheme, secret }) => scheme === "v2" && legacy.has(hmacBlock(secret.export())))?.id;
}

/** What an HMAC makes of its key, hashed: a long key is hashed first, a short one is filled up with zeros. */
function hmacBlock(secret: Buffer): string {
  const block = Buffer.alloc(64);
  block.set(secret.length > block.length ? createHash("sha256").update(secret).digest() : secret);
  return createHash("sha256").update(block).digest("hex");
}

/** @returns the text from which `parseKeySet` reads the same entries */
export function formatKeySet(entries: readonly KeyEntry[]): string {
  const kept = entries.map(({ id, secret, addedAt, retiredAt, ...restrictions }) => {
    const more = {
      ...restrictions,
      ...(addedAt !== undefined && { addedAt: new Date(addedAt).toISOString() }),
      ...(retiredAt !== undefined && { retiredAt: new Date(retiredAt).toISOString() }),
    };
    return [id, Object.keys(more).length === 0 ? secret : { secret, ...more }] as const;
  });
  return `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`;
}

/** @returns the entry, or what is wrong with it */
function entryOf(id: string, kept: Readonly<Record<string, unknown>>): KeyEntry | string {
  // A misspelled restriction must not become none.
  const unknown = Object.keys(kept).find((name) => !fieldNames.some((known) => known === name));
  if (unknown !== undefined) {
    return `has an unknown field ${named(unknown, "")} for ${named(id)}: choose from ${fieldNames.join(", ")}`;
  }
  const entry = secretOf(id, kept.secret);
  if (typeof entry === "string") return entry;
  for (const name of ["from", "publishers"] as const) {
    if (kept[name] !== undefined && !isTextList(kept[name])) {
      return `has no list of texts in ${name} for ${named(id)}: give at least one, or leave it out`;
    }
  }
  for (const name of ["addedAt", "retiredAt"] as const) {
    if (kept[name] !== undefined && timeOf(kept[name]) === undefined) {
      return `has no time such as 2026-11-22T10:00:00.000Z in ${name} for ${named(id)}`;
    }
  }
  const addedAt = timeOf(kept.addedAt);
  const retiredAt = timeOf(kept.retiredAt);
  return {
    ...entry,
    ...(isTextList(kept.from) && { from: kept.from }),
    ...(isTextList(kept.publishers) && { publishers: kept.publishers }),
    ...(addedAt !== undefined && { addedAt }),
    ...(retiredAt !== undefined && { retiredAt }),
  };
}

const fieldNames = ["secret", "from", "publishers", "addedAt", "retiredAt"] as const;

function secretOf(id: string, secret: unknown): KeyEntry | string {
  if (typeof secret !== "string") return `has no secret for ${named(id)}`;
  return secret === "" ? `is empty for ${named(id)}` : { id, secret };
}

function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string" || !TIME.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** Without a zone a time would mean another moment on another machine. */
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Long enough for each valid one. What is not valid may be a secret that stands in the wrong place. */
const MAX_SHOWN = 64;

function named(id: string, what = "the key id "): string {
  return what + (id.length > MAX_SHOWN ? `that is ${id.length} characters long` : JSON.stringify(id));
}

function refused(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

/** Without the parser's own message, which quotes the text. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
