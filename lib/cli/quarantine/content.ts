import type { Arrived } from "../../sample/arrived.ts";
import { accept, type Result, reject } from "../../sample/rejection.ts";
import { isValueList, type Value } from "../../sample/value.ts";
import { DEFLATED, isEnvelope, KEY_ID_AT, MAC_BYTES, SENT_AT_BYTES } from "../../signature/v2/envelope.ts";
import { inflate } from "../../signature/v2/inflate.ts";
import { messageLimits } from "../../wire/limits.ts";
import { decodeMsgpack } from "../../wire/msgpack-reader.ts";
import { decodeQueueBody } from "../../wire/queue-body.ts";

/** What a message says, for a person to read: nothing of it is proved. */
export interface ShownContent {
  /** What an envelope of signature v2 says in front of its messages. */
  readonly envelope?: { readonly keyId: string; readonly sentAt: bigint };
  readonly messages: readonly Value[];
}

export function shownContent(arrived: Arrived): Result<ShownContent> {
  if (arrived.form === "text") {
    const decoded = decodeQueueBody(arrived.text);
    if (!decoded.ok) return decoded;
    // In place of one that is too large stands why.
    const messages = decoded.value.messages.map(({ message }) => (message.ok ? message.value : message.detail));
    return accept({ messages });
  }
  const bytes = Buffer.from(arrived.bytes);
  if (isEnvelope(bytes)) return envelopeContent(bytes);
  const decoded = decodeMsgpack(bytes, messageLimits);
  return decoded.ok ? accept({ messages: [decoded.value] }) : decoded;
}

function envelopeContent(bytes: Buffer): Result<ShownContent> {
  const [flags = 0, keyIdBytes = 0] = bytes.subarray(KEY_ID_AT - 2, KEY_ID_AT);
  const sentAt = KEY_ID_AT + keyIdBytes;
  const bodyAt = sentAt + SENT_AT_BYTES;
  if (bytes.length < bodyAt + MAC_BYTES) return reject("undecodable", "an envelope of signature v2 that is not whole");
  const body = bytes.subarray(bodyAt, bytes.length - MAC_BYTES);
  // The same limits as for a message that is proved: this one may be anybody's.
  const plain = (flags & DEFLATED) === 0 ? accept<Uint8Array>(body) : inflate(body, messageLimits.maxBytes);
  if (!plain.ok) return plain;
  const decoded = decodeMsgpack(plain.value, messageLimits);
  if (!decoded.ok) return decoded;
  const envelope = { keyId: bytes.toString("latin1", KEY_ID_AT, sentAt), sentAt: bytes.readBigUInt64BE(sentAt) };
  return accept({ envelope, messages: isValueList(decoded.value) ? decoded.value : [decoded.value] });
}
