import { createHmac, type KeyObject } from "node:crypto";
import type { Dialect } from "../../sample/sample.ts";
import type { ValueMap } from "../../sample/value.ts";
import { canonicalText } from "./canonical-text.ts";

/** HMAC-SHA-256 of a canonical text, 32 bytes. */
export function digest(text: string, secret: KeyObject): Buffer {
  return createHmac("sha256", secret).update(text, "utf8").digest();
}

/**
 * The signature that a publisher of this generation would give a message: 64 lower-case hexadecimal digits;
 * undefined where that generation can't sign it.
 */
export function sign(message: ValueMap, secret: KeyObject, dialect: Dialect): string | undefined {
  const canonical = canonicalText(message, dialect);
  return canonical.kind === "text" ? digest(canonical.text, secret).toString("hex") : undefined;
}
