import { type KeyObject, timingSafeEqual } from "node:crypto";
import { accept, type Result, reject } from "../outcome.ts";
import type { Dialect } from "../sample.ts";
import type { Value, ValueMap } from "../value.ts";
import { canonicalText } from "./canonical-text.ts";
import { hmacSha256 } from "./hmac.ts";

export interface VerifyOptions {
  /** Any one of them may have signed. */
  readonly secrets: readonly KeyObject[];
  /** Tried in this order. */
  readonly dialects: readonly Dialect[];
}

/** What a verified message adds to its fields. */
export interface Verified {
  readonly dialect: Dialect;
  /** The signature as text, also where it came as bytes. */
  readonly signature: string;
}

const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * Proves that a message was signed with one of our secrets, and says in which dialect.
 *
 * @returns the dialect and the signature; `unsigned`, `bad-signature`, or `too-large` where the text to sign would be.
 */
export function verify(message: ValueMap, { secrets, dialects }: VerifyOptions): Result<Verified> {
  const claimed = message.get("message_signature");
  if (claimed === undefined || claimed === null || claimed === "") {
    return reject("unsigned", "message_signature is missing");
  }
  const signature = signatureText(claimed);
  if (signature === undefined) {
    return reject("bad-signature", "message_signature is not 64 lower-case hexadecimal digits");
  }
  let previous: string | undefined;
  for (const dialect of dialects) {
    const canonical = canonicalText(message, dialect);
    if (canonical.kind === "too-long") return reject("too-large", "the text to sign is too long");
    // Dialects differ only in lists, bytes and long floats: most messages have one text for all.
    if (canonical.kind === "inexpressible" || canonical.text === previous) continue;
    previous = canonical.text;
    for (const secret of secrets) {
      if (sameInConstantTime(hmacSha256(canonical.text, secret), signature)) return accept({ dialect, signature });
    }
  }
  return reject("bad-signature", `not signed with a secret of ours, in any of: ${dialects.join(", ")}`);
}

/** Like the original, takes a signature that came as bytes. */
function signatureText(claimed: Value): string | undefined {
  const text = claimed instanceof Uint8Array ? Buffer.from(claimed).toString("latin1") : claimed;
  return typeof text === "string" && SIGNATURE.test(text) ? text : undefined;
}

const left = Buffer.alloc(64);
const right = Buffer.alloc(64);

/** Compares two texts of 64 hexadecimal digits; how long it takes says nothing about where they differ. */
function sameInConstantTime(a: string, b: string): boolean {
  left.write(a, "latin1");
  right.write(b, "latin1");
  return timingSafeEqual(left, right);
}
