import type { Arrived } from "../../sample/arrived.ts";
import { accept, type Result } from "../../sample/rejection.ts";
import { isValueList, type Value } from "../../sample/value.ts";
import { isEnvelope, readHeader } from "../../signature/v2/envelope.ts";
import { inflate } from "../../signature/v2/inflate.ts";
import { messageLimits } from "../../wire/limits.ts";
import { decodeMsgpack } from "../../wire/msgpack-reader.ts";
import { decodeQueueBody } from "../../wire/queue-body.ts";

/** The content of a message, for a person to read: nothing of it is proved. */
export interface ShownContent {
  /** The header of an envelope of signature v2. */
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
  const read = readHeader(bytes);
  if (!read.ok) return read;
  const { keyId, sentAt, deflated, body } = read.value;
  // The same limits as for a message that is proved: this one may be anybody's.
  const plain = deflated ? inflate(body, messageLimits.maxBytes) : accept<Uint8Array>(body);
  if (!plain.ok) return plain;
  const decoded = decodeMsgpack(plain.value, messageLimits);
  if (!decoded.ok) return decoded;
  return accept({
    envelope: { keyId, sentAt },
    messages: isValueList(decoded.value) ? decoded.value : [decoded.value],
  });
}
