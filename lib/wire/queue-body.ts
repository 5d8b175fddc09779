import { accept, type Result, reject } from "../sample/rejection.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../sample/value.ts";
import { decodeJson } from "./json-reader.ts";
import { type DecodeLimits, messageLimits } from "./limits.ts";
import { decodeMsgpack } from "./msgpack-reader.ts";

/** SNS around oslo.messaging around a notification is the deepest that occurs. */
const MAX_ENVELOPES = 4;

/** Base64 as people's tools write it: either alphabet, broken into lines or not. Tried on trimmed text, in linear time. */
const BASE64 = /^[A-Za-z0-9+/_\-\r\n]+={0,2}$/;

/** What a queue's message carries, not yet proved to be anything. */
export interface Carried {
  readonly messages: readonly Value[];
  /** What a notification says of its publisher, where that is text. Nobody signed it. */
  readonly publisher: string | undefined;
}

/**
 * Takes the messages out of what a queue carries: one sample or event, a list of them, an oslo.messaging
 * envelope (JSON inside JSON) or the bare message of a notification or of an RPC cast, SNS's envelope around
 * any of these, or base64 of msgpack.
 *
 * @returns `too-large` or `undecodable` for what is none of these
 */
export function decodeEnvelope(body: string, limits: DecodeLimits = messageLimits): Result<Carried> {
  return decodeText(body, limits, MAX_ENVELOPES);
}

function decodeText(body: string, limits: DecodeLimits, envelopes: number): Result<Carried> {
  if (envelopes === 0) return reject("undecodable", `more than ${MAX_ENVELOPES} envelopes inside each other`);
  if (Buffer.byteLength(body) > limits.maxBytes) {
    return reject("too-large", `${Buffer.byteLength(body)} bytes; the limit is ${limits.maxBytes}`);
  }
  const decoded =
    looksLikeJson(body) || !BASE64.test(body.trim()) ? decodeJson(body, limits) : decodeBase64(body, limits);
  return decoded.ok ? unwrap(decoded.value, limits, envelopes) : decoded;
}

function looksLikeJson(body: string): boolean {
  return /^\s*[{["]/.test(body);
}

function decodeBase64(body: string, limits: DecodeLimits): Result<Value> {
  return decodeMsgpack(Buffer.from(body, "base64"), limits);
}

function unwrap(value: Value, limits: DecodeLimits, envelopes: number): Result<Carried> {
  if (!isValueMap(value)) return accept(carrying(value));
  const inner = innerText(value);
  if (inner !== undefined) return decodeText(inner, limits, envelopes - 1);
  return accept(carried(value));
}

/** The text of the message inside, where an envelope carries its message as text. */
function innerText(map: ValueMap): string | undefined {
  const oslo = map.get("oslo.message");
  if (typeof oslo === "string" && map.has("oslo.version")) return oslo;
  const sns = map.get("Message");
  return typeof sns === "string" && map.get("Type") === "Notification" ? sns : undefined;
}

/** The messages inside a notification or an RPC cast; anything else is taken for a message itself. */
function carried(map: ValueMap): Carried {
  const payload = map.get("payload");
  if (payload !== undefined && map.has("event_type") && !map.has("traits")) {
    const publisher = map.get("publisher_id");
    return carrying(payload, typeof publisher === "string" ? publisher : undefined);
  }
  const args = map.get("args");
  if (isValueMap(args) && map.has("method")) {
    const data = args.get("data");
    if (data !== undefined) return carrying(data);
  }
  return carrying(map);
}

function carrying(value: Value, publisher?: string): Carried {
  return { messages: isValueList(value) ? value : [value], publisher };
}
