import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";

/** The prefix that tells a v2 key's secret from a legacy one, as in Standard Webhooks. */
const V2_PREFIX = "whsec_";
/** Standard Webhooks' own bounds. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
/** As many as SHA-256 gives: more add nothing. */
const GENERATED_BYTES = 32;

export type V2Secret =
  | { readonly ok: true; readonly secret: KeyObject }
  /** Never repeats the text. */
  | { readonly ok: false; readonly problem: string };

export function isV2Secret(text: string): boolean {
  return text.startsWith(V2_PREFIX);
}

/** Reads `whsec_BASE64`: the HMAC key is the decoded bytes. One key has one text: base64 with its padding, no spaces. */
export function parseV2Secret(text: string): V2Secret {
  const base64 = text.slice(V2_PREFIX.length);
  const bytes = Buffer.from(base64, "base64");
  if (!isV2Secret(text) || bytes.toString("base64") !== base64) return { ok: false, problem: expected };
  if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) return { ok: false, problem: expected };
  return { ok: true, secret: createSecretKey(bytes) };
}

/** The text of a v2 key, which `parseV2Secret` reads. */
export function formatV2Secret(secret: KeyObject): string {
  return V2_PREFIX + secret.export().toString("base64");
}

/** A new secret as text, for a configuration. */
export function generateV2Secret(): string {
  return V2_PREFIX + randomBytes(GENERATED_BYTES).toString("base64");
}

const expected = `a v2 secret has to be ${V2_PREFIX} and the base64 of ${LEAST_BYTES} to ${MOST_BYTES} random bytes`;
