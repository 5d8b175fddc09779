import type { Key } from "../keys/key.ts";
import { type KeySource, keyRefusal } from "../keys/keyring.ts";
import type { MessageAttributes } from "../sample/arrived.ts";
import type { Genuine } from "../sample/genuine.ts";
import { type ListenerName, listenerNames } from "../sample/listener-name.ts";
import type { Receipt } from "../sample/receipt.ts";
import { accept, type Rejected, type Result, reject } from "../sample/rejection.ts";
import type { Dialect, MeteringRecord, Sample } from "../sample/sample.ts";
import { outsideSampleWindow } from "../sample/time-window.ts";
import { isValueMap, type Value, type ValueMap } from "../sample/value.ts";
import { TextBudget } from "../signature/legacy/text-budget.ts";
import { type Allowance, allowanceOf, type Verified, verify } from "../signature/legacy/verify.ts";
import { isEnvelope } from "../signature/v2/envelope.ts";
import { openEnvelope } from "../signature/v2/open-envelope.ts";
import { verifyAttributes } from "../signature/v2/webhook-attributes.ts";
import { KnownMetadata } from "../wire/known-metadata.ts";
import { datagramLimits, messageLimits } from "../wire/limits.ts";
import { MetadataInHand } from "../wire/metadata-in-hand.ts";
import { decodeMsgpack } from "../wire/msgpack-reader.ts";
import { decodeQueueBody } from "../wire/queue-body.ts";
import { createDoubts, type Doubts } from "./doubts.ts";
import type { Doubt } from "./parse/ambiguity.ts";
import { eventDoubts, eventParser } from "./parse/event.ts";
import { sampleDoubts, sampleParser } from "./parse/sample.ts";
import type { Signed } from "./parse/signed.ts";
import { isStranger, stranger } from "./stranger.ts";

export interface JudgeOptions {
  readonly keys: KeySource;
  /** Tried in this order. */
  readonly dialects: readonly Dialect[];
  /** Top-level names to accept beside those that Ceilometer's releases send. */
  readonly extraFields: readonly string[];
  /** Refuses samples and envelopes whose times are not believable. @default false */
  readonly timeWindow?: boolean;
  /** The listeners that accept messages with Ceilometer's own signature. @default all */
  readonly legacyListeners?: readonly ListenerName[];
  /** Records what could be read in another way, with a mark: for a person who has looked. @default false */
  readonly acceptAmbiguous?: boolean;
  /** Counts what could be read in another way. */
  readonly doubts?: Doubts;
  /** What is remembered of metadata; it changes how long a message takes, and nothing else. */
  readonly metadata?: KnownMetadata;
}

/**
 * Decodes, proves genuine and reads what arrives: one answer for each sample or event that a message carries, in
 * order; one rejection for a message that can't be opened. Never throws, whatever arrives.
 */
export interface Judge {
  /** A datagram or frame: a message, or an envelope of signature v2. */
  bytes(bytes: Uint8Array, receipt: Receipt): readonly Result<Genuine>[];
  /** The body of a queue's message, with what stood beside it. */
  text(body: string, attributes: MessageAttributes, receipt: Receipt): readonly Result<Genuine>[];
  /** The same answers, each found when it is asked for: a caller with a deadline looks at the clock in between. */
  items(body: string, attributes: MessageAttributes, receipt: Receipt): Iterable<Result<Genuine>>;
  /** One message with Ceilometer's own signature, already decoded, whatever bytes it took. */
  message(message: Value, receipt: Receipt, publisher?: string): Result<Genuine>;
}

/** A message as it stands in what arrived. */
interface Carried {
  readonly receipt: Receipt;
  /** Its share of the bytes. */
  readonly size: number;
  /** The `publisher_id` of the notification around it. */
  readonly notifier?: string | undefined;
  /** Remembers that of a message which is proved. */
  readonly metadata?: MetadataInHand;
}

export function createJudge(options: JudgeOptions): Judge {
  const { keys, dialects, extraFields, timeWindow = false, legacyListeners = listenerNames } = options;
  const { acceptAmbiguous = false, doubts = createDoubts(), metadata: known = new KnownMetadata() } = options;
  const parse = { sample: sampleParser(extraFields), event: eventParser(extraFields) };
  const doubtsOf = { sample: sampleDoubts(extraFields), event: eventDoubts(extraFields) };

  const outside = (record: MeteringRecord, { receivedAt }: Receipt): Rejected | undefined => {
    const detail = timeWindow ? outsideSampleWindow(record, receivedAt) : undefined;
    return detail === undefined ? undefined : reject("outside-window", detail);
  };

  const read = (message: ValueMap, signed: Signed): Result<MeteringRecord> => {
    const isEvent = message.has("event_type") && !message.has("counter_name");
    return isEvent ? parse.event(message, signed) : parse.sample(message, signed);
  };

  /** Another reading that its text allows, told for a person; undefined if there is none. */
  const doubtAbout = (record: MeteringRecord, message: ValueMap, verified: Verified): Doubt | undefined => {
    const { dialect, signature, text } = verified;
    doubts.met(signature, record);
    const doubt = doubtsOf[record.kind](message, text, dialect);
    if (doubt === undefined || record.kind === "event") return doubt;
    return { kind: doubt.kind, detail: `${doubt.detail} (${projectOf(record)})` };
  };

  const genuine = (proved: Genuine): Result<Genuine> => {
    keys.used(proved.keyId);
    if (proved.mark !== undefined) doubts.marked(proved.mark);
    return accept(proved);
  };

  /** Its sender is proved, so that it is kept by its signature, whatever noise there is. */
  const refused = (rejected: Rejected, { signature }: Verified): Rejected => {
    if (rejected.reason !== "ambiguous") return rejected;
    doubts.refused();
    return { ...rejected, signature };
  };

  const legacy = (message: Value, carried: Carried, allowance?: Allowance): Result<Genuine> => {
    const { receipt, size, notifier } = carried;
    if (!isValueMap(message)) return notAMap(message);
    if (!legacyListeners.includes(receipt.listener)) {
      return reject("legacy-refused", `${receipt.listener} takes signature v2 only: have the publisher sign so`);
    }
    const publisher = publisherOf(message, notifier);
    const verified = verify(message, { keyring: keys.current(), dialects, receipt, publisher, allowance });
    if (!verified.ok)
      return verified.reason === "unsigned" && isStranger(message, receipt) ? stranger(message) : verified;
    const parsed = read(message, verified.value);
    if (!parsed.ok) return refused(parsed, verified.value);
    carried.metadata?.keep(message);
    const record = parsed.value;
    const doubt = doubtAbout(record, message, verified.value);
    if (doubt?.kind === "ambiguous" && !acceptAmbiguous) {
      return refused(reject("ambiguous", doubt.detail), verified.value);
    }
    const { keyId } = verified.value;
    if (doubt === undefined) return outside(record, receipt) ?? genuine({ record, keyId, size });
    return outside(record, receipt) ?? genuine({ record, keyId, size, mark: doubt.detail });
  };

  /** A message out of an envelope that is proved genuine as a whole. */
  const sealed = (decoded: Result<Value>, key: Key, carried: Carried): Result<Genuine> => {
    if (!decoded.ok) return decoded;
    const message = decoded.value;
    const { receipt, size, notifier } = carried;
    if (!isValueMap(message)) return notAMap(message);
    const refusal = keyRefusal(key, receipt, publisherOf(message, notifier));
    if (refusal !== undefined) return reject("refused-key", refusal);
    const parsed = read(message, { dialect: "v2", signature: null });
    if (!parsed.ok) return parsed;
    carried.metadata?.keep(message);
    return outside(parsed.value, receipt) ?? genuine({ record: parsed.value, keyId: key.id, size });
  };

  /** The answer for a message that can't be opened. */
  const unopened = (rejection: Rejected): readonly Result<Genuine>[] => {
    // A key that was added a moment ago may not be known here yet.
    if (rejection.reason === "unknown-key") keys.missed();
    return [rejection];
  };

  function* items(body: string, attributes: MessageAttributes, receipt: Receipt): Generator<Result<Genuine>> {
    const proof = verifyAttributes(body, attributes, { keyring: keys.current(), receipt, timeWindow });
    if (proof !== undefined && !proof.ok) return yield* unopened(proof);
    const metadata = new MetadataInHand(known);
    const decoded = decodeQueueBody(body, messageLimits, metadata);
    if (!decoded.ok) return yield* unopened(decoded);
    const { messages, publisher } = decoded.value;
    const carried = { receipt, size: body.length / messages.length, notifier: publisher, metadata };
    const budget = new TextBudget(body.length);
    for (const { message, size } of messages) {
      if (proof !== undefined) yield sealed(message, proof.value.key, carried);
      else yield message.ok ? legacy(message.value, carried, { size, budget }) : message;
    }
  }

  return {
    message: (message, receipt, notifier) => legacy(message, { receipt, size: 0, notifier }),

    bytes(bytes, receipt) {
      const limits = receipt.listener === "udp" ? datagramLimits : messageLimits;
      const metadata = new MetadataInHand(known);
      if (isEnvelope(bytes)) {
        const opened = openEnvelope(bytes, { keyring: keys.current(), receipt, timeWindow, limits, known: metadata });
        if (!opened.ok) return unopened(opened);
        const { key, messages } = opened.value;
        const carried = { receipt, size: opened.value.bytes / messages.length, metadata };
        return messages.map((message) => sealed(message, key, carried));
      }
      const decoded = decodeMsgpack(bytes, limits, metadata);
      if (!decoded.ok) return unopened(decoded);
      return [legacy(decoded.value, { receipt, size: bytes.length, metadata }, allowanceOf(bytes.length))];
    },

    text: (body, attributes, receipt) => Array.from(items(body, attributes, receipt)),
    items,
  };
}

/** Its own field, which is signed, before what the notification around it says. */
function publisherOf(message: ValueMap, notifier?: string): string | undefined {
  const own = message.get("publisher_id");
  return typeof own === "string" ? own : notifier;
}

/** Characters of a project's id that are repeated. */
const MAX_SHOWN = 80;

function projectOf({ project_id: project }: Sample): string {
  return project === null ? "no project" : `project ${JSON.stringify(project.slice(0, MAX_SHOWN))}`;
}

function notAMap(message: Value) {
  return reject("not-a-sample", `expected a map, got ${kindOf(message)}`);
}

function kindOf(value: Value): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "bigint" || typeof value === "number") return "a number";
  return typeof value === "string" ? "text" : typeof value === "boolean" ? "a boolean" : "bytes";
}
