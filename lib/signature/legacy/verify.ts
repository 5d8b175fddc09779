import { createSecretKey, timingSafeEqual } from "node:crypto";
import { defaultSecrets } from "../../keys/default-secrets.ts";
import type { Key } from "../../keys/key.ts";
import { type Keyring, keyRefusal } from "../../keys/keyring.ts";
import type { Receipt } from "../../sample/receipt.ts";
import { accept, type RejectionReason, type Result, reject } from "../../sample/rejection.ts";
import type { Dialect } from "../../sample/sample.ts";
import type { Value, ValueMap } from "../../sample/value.ts";
import { canonicalText, MAX_CANONICAL_TEXT } from "./canonical-text.ts";
import { hmacSha256 } from "./hmac.ts";
import { TextBudget } from "./text-budget.ts";

export interface VerifyOptions {
  /** Any one of its legacy keys may have signed, as far as its own limits go. */
  readonly keyring: Keyring;
  /** Tried in this order. */
  readonly dialects: readonly Dialect[];
  readonly receipt: Receipt;
  /** The publisher that the message names as its sender; a key may be limited to one. */
  readonly publisher?: string | undefined;
  /** The most that proving it may cost. @default as much as for the largest message */
  readonly allowance?: Allowance | undefined;
}

/** The bounds on the text that is made of a message before it is proved. */
export interface Allowance {
  /** Bytes of the message as it arrived. */
  readonly size: number;
  /** Of all that arrived with it. */
  readonly budget: TextBudget;
}

/** The proof of a verified message: dialect, signature, key and text. */
export interface Verified {
  readonly dialect: Dialect;
  /** The signature as text, also where it came as bytes. */
  readonly signature: string;
  readonly keyId: string;
  /** The canonical text that was signed. */
  readonly text: string;
}

const SIGNATURE_LENGTH = 64;

/**
 * Proves that a message was signed with one of our keys, and says in which dialect.
 *
 * @returns the dialect, the signature and the key; `unsigned`, `bad-signature`, `refused-key` for the right signature
 * of a key that may not have given it, or `too-large` where the text to sign would be.
 */
export function verify(message: ValueMap, options: VerifyOptions): Result<Verified> {
  const { keyring, dialects, receipt, publisher } = options;
  const { size, budget } = options.allowance ?? allowanceOf(MAX_CANONICAL_TEXT);
  const claimed = message.get("message_signature");
  if (claimed === undefined || claimed === null || claimed === "") {
    return reject(
      "unsigned",
      "message_signature is missing: on a publisher of Ceilometer's, telemetry_secret is empty",
    );
  }
  const signature = signatureText(claimed);
  if (signature === undefined) {
    return reject("bad-signature", "message_signature is not 64 lower-case hexadecimal digits");
  }
  const keys = keyring.legacyFor(receipt, publisher);
  const texts: string[] = [];
  const limit = budget.limitOf(size);
  let longest = 0;
  for (const dialect of dialects) {
    const canonical = canonicalText(message, dialect, limit);
    if (canonical.kind === "too-long") {
      budget.spend(size, limit);
      return reject("too-large", "the text to sign is too long");
    }
    // Dialects differ only in lists, bytes and long floats: most messages have one text for all.
    if (canonical.kind === "inexpressible" || texts.includes(canonical.text)) continue;
    longest = Math.max(longest, canonical.text.length);
    // Makes one plain string of what V8 keeps as a tree, before it is hashed and searched: later it would cost as much as a search.
    canonical.text.charCodeAt(0);
    texts.push(canonical.text);
    const signer = keys.find((key) => signs(key, canonical.text, signature));
    if (signer !== undefined) return accept({ dialect, signature, keyId: signer.id, text: canonical.text });
  }
  budget.spend(size, longest);
  return reject(...explained(texts, signature, keys, options));
}

/** Why no key proves any of the texts. Tries some more, each for what it says alone. */
function explained(
  texts: readonly string[],
  signature: string,
  keys: readonly Key[],
  { keyring, dialects, receipt, publisher }: VerifyOptions,
): [reason: RejectionReason, detail: string] {
  // A key that may not sign this is only tried to say so, when no other did.
  const others = keys === keyring.legacy ? [] : firstOthers(keyring.legacy, new Set(keys));
  const other = others.find((key) => texts.some((text) => signs(key, text, signature)));
  if (other !== undefined) return ["refused-key", keyRefusal(other, receipt, publisher) ?? ""];
  const [first] = texts;
  const isDefault = first !== undefined && sameInConstantTime(hmacSha256(first, defaultSecret), signature);
  return [
    "bad-signature",
    isDefault
      ? "signed with Ceilometer's well-known default secret: telemetry_secret is not set on this publisher"
      : `no secret of ours fits, in any dialect of ${dialects.join(", ")}: compare telemetry_secret on the publisher with ours`,
  ];
}

/** Since 2026.2 Ceilometer ignores `metering_secret`, the older name of its setting, without a word, and signs with this. */
const defaultSecret = createSecretKey(Buffer.from(defaultSecrets[0]));

/** For what arrives alone. */
export function allowanceOf(size: number): Allowance {
  return { size, budget: new TextBudget(size) };
}

/** Keys that are tried for an explanation alone. */
const MOST_EXPLAINED = 10;

function firstOthers(all: readonly Key[], allowed: ReadonlySet<Key>): readonly Key[] {
  const others: Key[] = [];
  for (const key of all) {
    if (others.length === MOST_EXPLAINED) break;
    if (!allowed.has(key)) others.push(key);
  }
  return others;
}

function signs(key: Key, text: string, signature: string): boolean {
  return sameInConstantTime(hmacSha256(text, key.secret), signature);
}

/** Like the original, takes a signature that came as bytes. */
function signatureText(claimed: Value): string | undefined {
  const text = claimed instanceof Uint8Array ? Buffer.from(claimed).toString("latin1") : claimed;
  return typeof text === "string" && isHexadecimal(text) ? text : undefined;
}

/** Every message passes here; an expression would take five times as long. */
function isHexadecimal(text: string): boolean {
  if (text.length !== SIGNATURE_LENGTH) return false;
  for (let at = 0; at < SIGNATURE_LENGTH; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x30 || unit > 0x66 || (unit > 0x39 && unit < 0x61)) return false;
  }
  return true;
}

const left = Buffer.alloc(64);
const right = Buffer.alloc(64);

/** Compares two texts of 64 hexadecimal digits; how long it takes says nothing about where they differ. */
function sameInConstantTime(a: string, b: string): boolean {
  left.write(a, "latin1");
  right.write(b, "latin1");
  return timingSafeEqual(left, right);
}
