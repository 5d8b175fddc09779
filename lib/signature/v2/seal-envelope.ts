import { createHmac, type KeyObject } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { isKeyId, keyIdRule } from "../../keys/key-id.ts";
import type { Value } from "../../sample/value.ts";
import { encodeMsgpack } from "../../wire/msgpack-writer.ts";
import { DEFLATED, MAGIC, SENT_AT_BYTES, VERSION } from "./envelope.ts";

export interface SealOptions {
  readonly keyId: string;
  readonly secret: KeyObject;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** Deflates the body. @default false */
  readonly deflate?: boolean;
}

/**
 * Packs messages into one signed envelope: a datagram, or a TCP frame without the length in front of it.
 *
 * @throws RangeError for what an envelope can't say: a key id or a time that is none, an integer beyond 64 bits
 */
export function sealEnvelope(messages: readonly Value[], options: SealOptions): Buffer {
  const body = encodeMsgpack(messages);
  return sealBody(options.deflate === true ? deflateRawSync(body) : body, options);
}

/** Signs a body as it is, be it a list of messages or not. */
export function sealBody(body: Uint8Array, { keyId, secret, sentAt, deflate = false }: SealOptions): Buffer {
  if (!isKeyId(keyId)) throw new RangeError(`not a key id: expected ${keyIdRule}`);
  const time = Buffer.alloc(SENT_AT_BYTES);
  time.writeBigUInt64BE(BigInt(sentAt));
  const signed = Buffer.concat([
    MAGIC,
    Uint8Array.of(VERSION, deflate ? DEFLATED : 0, keyId.length),
    Buffer.from(keyId, "latin1"),
    time,
    body,
  ]);
  return Buffer.concat([signed, createHmac("sha256", secret).update(signed).digest()]);
}
