import { randomUUID } from "node:crypto";
import { isValueMap, type Value } from "../../sample/value.ts";
import { sealEnvelope } from "../../signature/v2/seal-envelope.ts";
import { signAttributes } from "../../signature/v2/sign-attributes.ts";
import { toExactJson } from "../../wire/exact-json.ts";
import { decodeJson } from "../../wire/json-reader.ts";
import { datagramLimits } from "../../wire/limits.ts";
import { encodeMsgpack } from "../../wire/msgpack-writer.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Publisher } from "./publisher.ts";
import type { Sealing } from "./sealing-options.ts";

/** Magic to list head, and the MAC, at their longest. */
const ENVELOPE_BYTES = 128;

/**
 * Packs messages into envelopes, or for a queue into signed bodies: as many into one as fit. One that is too large by
 * itself goes alone. Each is signed when it is asked for.
 */
export function* sealed(messages: Iterable<Value>, sealing: Sealing, publisher: Publisher): Generator<Outgoing> {
  let batch: readonly Value[] = [];
  let bytes = ENVELOPE_BYTES;
  for (const message of messages) {
    const next = unsigned(message);
    const size = sizeOf(next, publisher);
    const larger = [...batch, next];
    if (batch.length > 0 && !(larger.length <= sealing.most && fits(larger, bytes + size, sealing, publisher))) {
      yield seal(batch, sealing, publisher);
      batch = [next];
      bytes = ENVELOPE_BYTES + size;
    } else {
      batch = larger;
      bytes += size;
    }
  }
  if (batch.length > 0) yield seal(batch, sealing, publisher);
}

/** The envelope is what is signed; a signature inside would only take room. */
function unsigned(message: Value): Value {
  if (!isValueMap(message) || !message.has("message_signature")) return message;
  return new Map(Array.from(message).filter(([name]) => name !== "message_signature"));
}

function sizeOf(message: Value, { carries }: Publisher): number {
  return carries === "text" ? Buffer.byteLength(toExactJson(message)) + 1 : encodeMsgpack(message).length;
}

/** @param bytes of the envelope if it is not deflated */
function fits(batch: readonly Value[], bytes: number, sealing: Sealing, { bestBytes }: Publisher): boolean {
  if (bytes <= bestBytes) return true;
  // However well it deflates, a collector inflates no more than this of a datagram.
  if (!sealing.deflate || bytes > datagramLimits.maxBytes) return false;
  return sealEnvelope(batch, { ...sealing, sentAt: 0 }).length <= bestBytes;
}

function seal(batch: readonly Value[], sealing: Sealing, { carries }: Publisher): Outgoing {
  const sentAt = Date.now();
  if (carries === "bytes") return { bytes: sealEnvelope(batch, { ...sealing, sentAt }), samples: batch.length };
  const body = toBody(batch);
  const attributes = signAttributes(body, { ...sealing, id: randomUUID(), sentAt });
  return { bytes: Buffer.from(body), attributes, samples: batch.length };
}

/** Characters that JSON leaves as they are, but SQS refuses. */
const REFUSED_BY_SQS = /[\ufffe\uffff]/;

/** JSON where a reader of plain JSON gets the very same values from it; else base64 of msgpack. */
function toBody(batch: readonly Value[]): string {
  const json = toExactJson(batch);
  const read = decodeJson(json);
  const isSame = read.ok && toExactJson(read.value) === json && !REFUSED_BY_SQS.test(json);
  return isSame ? json : encodeMsgpack(batch).toString("base64");
}
