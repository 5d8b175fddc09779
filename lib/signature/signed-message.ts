import { randomUUID } from "node:crypto";
import type { Key } from "../keys/key.ts";
import type { MessageAttributes } from "../sample/arrived.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import type { Dialect } from "../sample/sample.ts";
import type { ValueMap } from "../sample/value.ts";
import { toExactJson } from "../wire/exact-json.ts";
import { encodeMsgpack } from "../wire/msgpack-writer.ts";
import { sign } from "./legacy/sign.ts";
import { sealEnvelope } from "./v2/seal-envelope.ts";
import { signAttributes } from "./v2/sign-attributes.ts";

/** A datagram, the content of a frame, or a queue's message with what stands beside its body. */
export interface SignedMessage {
  readonly bytes: Buffer;
  readonly attributes?: MessageAttributes;
}

/**
 * Signs a sample as the key says, and packs it as a listener takes it.
 *
 * @param dialect of Ceilometer's signature
 * @param sentAt milliseconds since 1970
 */
export function signedMessage(
  sample: ValueMap,
  listener: ListenerName,
  { id: keyId, scheme, secret }: Key,
  { dialect, sentAt }: { readonly dialect: Dialect; readonly sentAt: number },
): SignedMessage {
  if (scheme === "legacy") {
    const signed = new Map(sample).set("message_signature", sign(sample, secret, dialect) ?? "");
    return { bytes: listener === "queue" ? Buffer.from(toExactJson([signed])) : encodeMsgpack(signed) };
  }
  if (listener !== "queue") return { bytes: sealEnvelope([sample], { keyId, secret, sentAt }) };
  const body = toExactJson([sample]);
  return { bytes: Buffer.from(body), attributes: signAttributes(body, { keyId, secret, id: randomUUID(), sentAt }) };
}
