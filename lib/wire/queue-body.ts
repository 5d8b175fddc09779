import { accept, type Result, reject } from "../sample/rejection.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../sample/value.ts";
import type { Document } from "./document.ts";
import { readJson } from "./json-reader.ts";
import type { KnownValues } from "./known-values.ts";
import { type DecodeLimits, messageLimits } from "./limits.ts";
import { readMsgpack } from "./msgpack-reader.ts";
import { unpackBase64, withoutEventBridge } from "./queue-packing.ts";

/** Gzip around SNS around oslo.messaging around a notification is the deepest that occurs; EventBridge's is not counted. */
const MAX_ENVELOPES = 4;

/** Base64 as people's tools write it: either alphabet, broken into lines or not. Tried on trimmed text, in linear time. */
const BASE64 = /^[A-Za-z0-9+/_\-\r\n]+={0,2}$/;

/** One of the messages that a queue's message carries. */
export interface CarriedMessage {
  /** `too-large` where it exceeds a limit by itself. */
  readonly message: Result<Value>;
  /** Its own bytes, or characters of JSON. */
  readonly size: number;
}

/** The messages inside a queue's message, not yet proved to be anything. */
export interface Carried {
  readonly messages: readonly CarriedMessage[];
  /** The `publisher_id` of a notification around them, where it is text. Nobody signed it. */
  readonly publisher: string | undefined;
}

/**
 * Takes the messages out of what a queue carries: one sample or event, a list of them, an oslo.messaging
 * envelope (JSON inside JSON) or the bare message of a notification or of an RPC cast, SNS's envelope around
 * any of these, EventBridge's around any of them, or base64 of msgpack, of JSON, or of either as gzip.
 *
 * @param known what came before under a name
 * @returns `too-large` or `undecodable` for what is none of these
 */
export function decodeQueueBody(
  body: string,
  limits: DecodeLimits = messageLimits,
  known?: KnownValues<Buffer | string>,
): Result<Carried> {
  return decodeText(body, { limits, known }, MAX_ENVELOPES);
}

interface Reading {
  readonly limits: DecodeLimits;
  readonly known: KnownValues<Buffer | string> | undefined;
}

function decodeText(body: string, reading: Reading, envelopes: number): Result<Carried> {
  const { limits, known } = reading;
  if (envelopes === 0) return reject("undecodable", `more than ${MAX_ENVELOPES} envelopes inside each other`);
  if (Buffer.byteLength(body) > limits.maxBytes) {
    return reject("too-large", `${Buffer.byteLength(body)} bytes; the limit is ${limits.maxBytes}`);
  }
  if (!looksLikeJson(body) && BASE64.test(body.trim())) return readBase64(body, reading, envelopes);
  const read = readJson(body, limits, known);
  return read.ok ? unwrap(read.value, body.length, reading, envelopes) : read;
}

function looksLikeJson(body: string): boolean {
  return /^\s*[{["]/.test(body);
}

function readBase64(body: string, reading: Reading, envelopes: number): Result<Carried> {
  const { limits, known } = reading;
  const unpacked = unpackBase64(body, limits.maxBytes);
  if (!unpacked.ok) return unpacked;
  if (unpacked.value.form === "text") return decodeText(unpacked.value.text, reading, envelopes - 1);
  const { bytes } = unpacked.value;
  const read = readMsgpack(bytes, limits, known);
  if (read.ok) return unwrap(read.value, bytes.length, reading, envelopes);
  // Many a text without spaces could be base64: whoever sent one has to see what it was taken for.
  return reject(read.reason, `not JSON, so read as base64 of msgpack: ${read.detail}`);
}

function unwrap(document: Document, size: number, reading: Reading, envelopes: number): Result<Carried> {
  const value = withoutEventBridge(document.value);
  const inner = isValueMap(value) ? innerText(value) : undefined;
  if (inner !== undefined) return decodeText(inner, reading, envelopes - 1);
  const { content, publisher } = isValueMap(value) ? carriedBy(value) : { content: value };
  return accept({ messages: messagesIn(content, document, size), publisher });
}

/** The text of the message inside, where an envelope carries its message as text. */
function innerText(map: ValueMap): string | undefined {
  const oslo = map.get("oslo.message");
  if (typeof oslo === "string" && map.has("oslo.version")) return oslo;
  const sns = map.get("Message");
  return typeof sns === "string" && map.get("Type") === "Notification" ? sns : undefined;
}

interface Content {
  /** A message, or a list of them. */
  readonly content: Value;
  readonly publisher?: string | undefined;
}

/** The content of a notification or an RPC cast; anything else is taken for a message itself. */
function carriedBy(map: ValueMap): Content {
  const payload = map.get("payload");
  if (payload !== undefined && map.has("event_type") && !map.has("traits")) {
    const publisher = map.get("publisher_id");
    return { content: payload, publisher: typeof publisher === "string" ? publisher : undefined };
  }
  const args = map.get("args");
  if (isValueMap(args) && map.has("method")) {
    const data = args.get("data");
    if (data !== undefined) return { content: data };
  }
  return { content: map };
}

function messagesIn(content: Value, { parts }: Document, size: number): readonly CarriedMessage[] {
  if (!isValueList(content)) return [{ message: whole(content, parts), size }];
  const own = parts.get(content) ?? [];
  return content.map((message, index) => {
    const part = own[index];
    const isTooLarge = part?.tooLarge !== undefined;
    return {
      message: isTooLarge ? reject("too-large", part.tooLarge) : accept(message),
      size: part?.size ?? 0,
    };
  });
}

/** A single message may have lists that could have been lists of messages, and something too large in one of them. */
function whole(message: Value, parts: Document["parts"]): Result<Value> {
  for (const list of parts.values()) {
    for (const { tooLarge } of list) if (tooLarge !== undefined) return reject("too-large", tooLarge);
  }
  return accept(message);
}
