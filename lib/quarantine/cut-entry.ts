import type { Arrived, MessageAttributes, Suspect } from "../sample/arrived.ts";
import type { Rejection } from "../sample/rejection.ts";
import type { Entry } from "./entry.ts";
import { entryId } from "./entry-id.ts";

/** SQS carries no more, and no TCP frame may be longer: what came by a queue is never cut. */
export const WHOLE_BYTES = 1_048_576;

/** A list of 10,000 bad samples is explained by the first few. */
const MAX_REASONS = 10;
/** A detail is a sentence with the offending value shortened; this is for the day when somebody forgets that. */
const MAX_DETAIL = 500;
/** As many as SQS allows per message. */
const MAX_ATTRIBUTES = 10;
/** Characters of all names and values together; those of signature v2 take a few hundred. */
const MAX_ATTRIBUTES_LENGTH = 262_144;

/** Makes an entry of a message, within bounds. @param maxBytes content beyond is left out */
export function cutEntry({ arrived, rejected }: Suspect, maxBytes: number, keptAt: number): Entry {
  const size = arrived.form === "text" ? Buffer.byteLength(arrived.text) : arrived.bytes.length;
  const attributes = arrived.form === "text" ? firstAttributes(arrived.attributes) : undefined;
  return {
    id: entryId(arrived),
    reasons: rejected.slice(0, MAX_REASONS).map(shortened),
    arrived: cutContent(arrived, attributes?.kept ?? {}, maxBytes),
    keptAt,
    size,
    truncated: size > maxBytes || attributes?.whole === false,
  };
}

function cutContent(arrived: Arrived, attributes: MessageAttributes, maxBytes: number): Arrived {
  if (arrived.form === "bytes") return { ...arrived, bytes: arrived.bytes.subarray(0, maxBytes) };
  if (arrived.text.length * 3 <= maxBytes) return { ...arrived, attributes };
  const bytes = Buffer.from(arrived.text);
  if (bytes.length <= maxBytes) return { ...arrived, attributes };
  // As a stream, so that half a character at the end is left out.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, maxBytes), { stream: true });
  return { ...arrived, text, attributes };
}

function firstAttributes(attributes: MessageAttributes): { kept: MessageAttributes; whole: boolean } {
  const all = Object.entries(attributes);
  const kept: (readonly [string, string])[] = [];
  let length = 0;
  for (const [name, value] of all) {
    length += name.length + value.length;
    if (kept.length === MAX_ATTRIBUTES || length > MAX_ATTRIBUTES_LENGTH) break;
    kept.push([name, value]);
  }
  return { kept: Object.fromEntries(kept), whole: kept.length === all.length };
}

function shortened({ reason, detail }: Rejection): Rejection {
  return { reason, detail: detail.length > MAX_DETAIL ? `${detail.slice(0, MAX_DETAIL - 1)}…` : detail };
}
