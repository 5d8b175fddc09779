import { isIP } from "node:net";
import type { SpilledMessage } from "../dispatch/spill-queue.ts";
import { listenerNames } from "../sample/listener-name.ts";
import { type Rejected, reject } from "../sample/rejection.ts";
import { LATEST_TIME } from "./sqs-time.ts";

/** The body of a message in the spill queue: many datagrams or frames with their receipts, as JSON. */
export const spillLimits = {
  /** The most that SQS carries in one message. ASCII, so that bytes and characters are the same. */
  bodyBytes: 1_048_576,
  /** Twice as many as are sent at once when each is as small as a message with a signature can be. */
  messages: 4_096,
} as const;

const VERSION = 1;
const MARK = "countersign-spill";
const BEGINNING = `{"${MARK}":`;
const FIELDS = ["listener", "address", "receivedAt", "bytes"] as const;
/** As long as an IPv6 address with a zone can be. */
const MAX_ADDRESS_LENGTH = 64;

/** The messages of a batch. An entry that can't be read costs the others nothing. */
export interface SpillBatch {
  readonly ok: true;
  readonly messages: readonly SpilledMessage[];
  readonly unreadable: readonly UnreadableEntry[];
}

export interface UnreadableEntry {
  /** The entry as JSON. */
  readonly text: string;
  readonly rejection: Rejected;
}

/**
 * An address that is none becomes null: a client that is gone already has none. The limits are the caller's to keep;
 * `decodeSpillBatch` refuses what exceeds them.
 */
export function encodeSpillBatch(messages: readonly SpilledMessage[]): string {
  const entries = messages.map(({ bytes, receipt }) => ({
    listener: receipt.listener,
    address: isAddress(receipt.address) ? receipt.address : null,
    receivedAt: receipt.receivedAt,
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  }));
  return JSON.stringify({ [MARK]: VERSION, messages: entries });
}

/** Whether a body means to be a spill batch. Reads its first few characters only. */
export function isSpillBatch(body: string): boolean {
  return body.startsWith(BEGINNING);
}

/**
 * Reads exactly what `encodeSpillBatch` writes. The messages themselves are still to be judged.
 *
 * @returns a rejection for what is no batch as a whole
 */
export function decodeSpillBatch(body: string): SpillBatch | Rejected {
  if (body.length > spillLimits.bodyBytes) {
    return reject("too-large", `a spill batch of ${body.length} characters; at most ${spillLimits.bodyBytes}`);
  }
  const batch = parsedJson(body);
  if (!isObjectOf(batch, [MARK, "messages"])) return reject("undecodable", "not a spill batch");
  if (batch[MARK] !== VERSION) return reject("undecodable", `a spill batch of another version than ${VERSION}`);
  const entries: unknown = batch.messages;
  if (!Array.isArray(entries) || entries.length === 0) return reject("undecodable", "a spill batch without messages");
  if (entries.length > spillLimits.messages) {
    return reject("too-large", `a spill batch of ${entries.length} messages; at most ${spillLimits.messages}`);
  }
  const messages: SpilledMessage[] = [];
  const unreadable: UnreadableEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const message = messageOf(entry);
    if (typeof message !== "string") {
      messages.push(message);
      continue;
    }
    const what = `message ${index} of a spill batch`;
    const text = jsonOf(entry);
    if (text === undefined) return reject("undecodable", `${what} is nested too deeply`);
    unreadable.push({ text, rejection: reject("undecodable", `${what}: ${message}`) });
  }
  return { ok: true, messages, unreadable };
}

/** @returns the message, or what is wrong with it */
function messageOf(entry: unknown): SpilledMessage | string {
  if (!isObjectOf(entry, FIELDS)) return `expected exactly ${FIELDS.join(", ")}`;
  const { address, receivedAt } = entry;
  const listener = listenerNames.find((name) => name === entry.listener);
  if (listener === undefined) return "no such listener";
  if (address !== null && !isAddress(address)) return "address is neither an IP address nor null";
  if (typeof receivedAt !== "number" || !Number.isSafeInteger(receivedAt) || Math.abs(receivedAt) > LATEST_TIME) {
    return "receivedAt is not a time in milliseconds";
  }
  const bytes = fromBase64(entry.bytes);
  if (bytes === undefined) return "bytes is not base64 of at least one byte";
  return { bytes, receipt: { listener, address: address ?? undefined, receivedAt } };
}

function isAddress(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_ADDRESS_LENGTH && isIP(value) !== 0;
}

/** Only the one spelling that an encoder gives: Node's own decoder skips over anything odd. */
function fromBase64(text: unknown): Buffer | undefined {
  if (typeof text !== "string" || text === "") return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

function isObjectOf<Name extends string>(value: unknown, names: readonly Name[]): value is Record<Name, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}

/** Undefined for what Node reads, but has not the stack to write. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
