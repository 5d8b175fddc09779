import { isUtf8 } from "node:buffer";
import { type Result, reject } from "../../sample/rejection.ts";
import type { Value } from "../../sample/value.ts";
import { splitFrames } from "../../wire/frame.ts";
import { datagramLimits, messageLimits } from "../../wire/limits.ts";
import { decodeMsgpack } from "../../wire/msgpack-reader.ts";
import { decodeQueueBody } from "../../wire/queue-body.ts";

/** How the messages of a captured file are packed. */
export const fileFormats = ["datagram", "frames", "envelope"] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Takes the messages out of a captured file; what can't be decoded stands in its place. */
export function messagesOf(bytes: Buffer, format: FileFormat, limits = datagramLimits): readonly Result<Value>[] {
  switch (format) {
    case "datagram":
      return [hinted(decodeMsgpack(bytes, limits), bytes)];
    case "frames":
      return splitFrames(bytes).map((frame) => (frame.ok ? decodeMsgpack(frame.value, messageLimits) : frame));
    case "envelope":
      return fromEnvelope(bytes);
  }
}

function fromEnvelope(bytes: Buffer): readonly Result<Value>[] {
  if (!isUtf8(bytes)) return [reject("undecodable", "the envelope is not UTF-8 text")];
  const decoded = decodeQueueBody(bytes.toString("utf8"));
  return decoded.ok ? decoded.value.messages.map(({ message }) => message) : [decoded];
}

/** A queue's message verified as a datagram is a common slip; say so. */
function hinted(decoded: Result<Value>, bytes: Buffer): Result<Value> {
  if (decoded.ok || !/^\s*[{[]/.test(bytes.subarray(0, 16).toString("latin1"))) return decoded;
  return reject(decoded.reason, `${decoded.detail} (this looks like JSON: try --format envelope)`);
}
