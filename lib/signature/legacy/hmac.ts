import { createHash, createHmac, hash, type KeyObject } from "node:crypto";

/**
 * HMAC-SHA-256 of a text's UTF-8, as 64 lower-case hexadecimal digits.
 *
 * Node's own HMAC takes longer to set up than to hash one sample, so a text of the usual length is hashed by two
 * one-shot hashes as RFC 2104 defines it, with everything that depends on the secret alone prepared once.
 */
export function hmacSha256(text: string, secret: KeyObject): string {
  // A UTF-16 unit takes three bytes of UTF-8 at most.
  if (text.length * 3 > MAX_TEXT_BYTES) return createHmac("sha256", secret).update(text, "utf8").digest("hex");
  const { inner, outer } = blocksOf(secret);
  const length = inner.write(text, BLOCK_BYTES, "utf8");
  outer.write(hash("sha256", inner.subarray(0, BLOCK_BYTES + length), "binary"), BLOCK_BYTES, "binary");
  return hash("sha256", outer, "hex");
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** A sample's text has some 1,300 characters. */
const MAX_TEXT_BYTES = 16_384;

/** The inputs of the inner and the outer hash: one block made of the secret, and room for what follows it. */
interface Blocks {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/** Forgotten together with its secret; nothing but the hash is ever made of it. */
const blocks = new WeakMap<KeyObject, Blocks>();

function blocksOf(secret: KeyObject): Blocks {
  const known = blocks.get(secret);
  if (known !== undefined) return known;
  const key = secret.export();
  const block = Buffer.alloc(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? createHash("sha256").update(key).digest() : key);
  const made = {
    inner: Buffer.concat([block.map((byte) => byte ^ 0x36)], BLOCK_BYTES + MAX_TEXT_BYTES),
    outer: Buffer.concat([block.map((byte) => byte ^ 0x5c)], BLOCK_BYTES + DIGEST_BYTES),
  };
  blocks.set(secret, made);
  return made;
}
