import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Key } from "../../keys/key.ts";
import type { Keyring } from "../../keys/keyring.ts";
import type { Receipt } from "../../sample/receipt.ts";
import { accept, type Result, reject } from "../../sample/rejection.ts";
import { outsideEnvelopeWindow } from "../../sample/time-window.ts";
import { isValueList, type Value } from "../../sample/value.ts";
import type { KnownValues } from "../../wire/known-values.ts";
import type { DecodeLimits } from "../../wire/limits.ts";
import { readMsgpack } from "../../wire/msgpack-reader.ts";
import { type Header, readHeader, undecodable } from "./envelope.ts";
import { inflate } from "./inflate.ts";
import { namedKey } from "./named-key.ts";

export interface OpenOptions {
  readonly keyring: Keyring;
  readonly receipt: Receipt;
  /** Whether the envelope's clock has to be believable. */
  readonly timeWindow: boolean;
  readonly limits: DecodeLimits;
  /** What came before under a name. */
  readonly known?: KnownValues<Buffer>;
}

export interface OpenedEnvelope {
  readonly key: Key;
  /** Not yet proved to be samples; `too-large` where one exceeds a limit by itself. */
  readonly messages: readonly Result<Value>[];
  /** Of the body, inflated. */
  readonly bytes: number;
}

/**
 * Proves an envelope genuine over its raw bytes, and only then reads what is inside.
 *
 * @returns its messages; `too-large`, `undecodable`, `unknown-key`, `refused-key`, `bad-signature` or
 *   `outside-window`, each at the first thing wrong
 */
export function openEnvelope(bytes: Uint8Array, options: OpenOptions): Result<OpenedEnvelope> {
  const { keyring, receipt, timeWindow, limits } = options;
  if (bytes.length > limits.maxBytes) {
    return reject("too-large", `${bytes.length} bytes; the limit is ${limits.maxBytes}`);
  }
  const read = readHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!read.ok) return read;
  const header = read.value;
  const key = namedKey(header.keyId, keyring, receipt);
  if (!key.ok) return key;
  if (!hasMac(header, key.value.secret)) {
    return reject("bad-signature", `not signed with the key ${key.value.id}: compare the secrets; else it is forged`);
  }
  const outside = timeWindow ? outsideEnvelopeWindow(Number(header.sentAt), receipt.receivedAt) : undefined;
  if (outside !== undefined) return reject("outside-window", outside);
  const body = readBody(header, limits, options.known);
  if (!body.ok) return body;
  return accept({ key: key.value, ...body.value });
}

function hasMac({ signed, mac }: Header, secret: KeyObject): boolean {
  return timingSafeEqual(createHmac("sha256", secret).update(signed).digest(), mac);
}

function readBody(
  { body, deflated }: Header,
  limits: DecodeLimits,
  known: KnownValues<Buffer> | undefined,
): Result<Pick<OpenedEnvelope, "messages" | "bytes">> {
  const plain = deflated ? inflate(body, limits.maxBytes) : accept<Uint8Array>(body);
  if (!plain.ok) return plain;
  const read = readMsgpack(plain.value, limits, known);
  if (!read.ok) return read;
  const { value: list, parts } = read.value;
  if (!isValueList(list)) return undecodable("its body is not a list of messages");
  const own = parts.get(list);
  const messages = list.map((message, index) => {
    const tooLarge = own?.[index]?.tooLarge;
    return tooLarge === undefined ? accept(message) : reject("too-large", tooLarge);
  });
  return accept({ messages, bytes: plain.value.length });
}
