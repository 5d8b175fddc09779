import { identity } from "../../lib/sample/identity.ts";
import { dialects } from "../../lib/sample/sample.ts";
import { outsideSampleWindow } from "../../lib/sample/time-window.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { MAX_CANONICAL_TEXT } from "../../lib/signature/legacy/canonical-text.ts";
import { digest, sign } from "../../lib/signature/legacy/sign.ts";
import { splitFrames } from "../../lib/wire/frame.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import { accepted, datagrams, decodedMap, fixture, notificationBodies } from "../support/fixtures.ts";
import { judgesFor, RECEIVED_AT, receivedBy, secrets } from "./judges.ts";
import { referenceText } from "./reference-text.ts";
import { type SealedGenuine, sealedCorpus } from "./sealed-corpus.ts";
import type { Sealed } from "./sealing.ts";
import { wireJson } from "./wire-json.ts";

/** One message as a publisher signed and sent it. */
export interface Genuine {
  readonly message: ValueMap;
  /** In msgpack. */
  readonly bytes: Buffer;
  readonly signed: Signed;
}

/** What one signature stands for. */
export interface Signed {
  readonly signature: string;
  readonly text: string;
  /** Of its record; undefined where the message is genuine but refused, for a volume of NaN say. */
  readonly identity: string | undefined;
  /** Accepted also with the time window on. */
  readonly isTimely: boolean;
}

/** At least one. */
export type Some<T> = readonly [T, ...T[]];

export interface Corpus {
  readonly genuine: Some<Genuine>;
  /** All of them, also those with integers that msgpack has no room for. */
  readonly messages: Some<ValueMap>;
  /** Accepted, and such as JSON can carry: the neighbours of a mutant. */
  readonly neighbours: Some<Genuine>;
  /** Captured bodies of queue messages. */
  readonly bodies: Some<string>;
  /** By signature. */
  readonly signed: ReadonlyMap<string, Signed>;
  readonly envelopes: Some<SealedGenuine>;
  /** By MAC. */
  readonly sealed: ReadonlyMap<string, Sealed>;
}

/**
 * All captures; those of Python 3 also as the publishers of the two older dialects would have signed them. Events,
 * of which there are few, are there several times, so that enough of the mutants are made from them.
 */
export function readCorpus(): Corpus {
  const bodies = Object.values(notificationBodies());
  const captured = [...datagrams(), ...frames()].map((bytes) => genuineOf(decodedMap(bytes), bytes));
  const messages = bodies.flatMap(messagesIn);
  const enveloped = messages.filter(fitsMsgpack).map((message) => genuineOf(message, encodeMsgpack(message)));
  const older = captured.flatMap(({ message }) => signedByOlder(message));
  const events = enveloped.filter(({ message }) => message.has("traits"));
  const genuine = [...captured, ...enveloped, ...older, ...Array.from({ length: 12 }, () => events).flat()];
  const accepted = some(genuine.filter(({ message, signed }) => signed.isTimely && wireJson(message) !== undefined));
  const envelopes = sealedCorpus(accepted);
  return {
    genuine: some(genuine),
    messages: some([...messages, ...genuine.map(({ message }) => message)]),
    neighbours: accepted,
    bodies: some(bodies),
    signed: new Map(
      [...messages.map(signedAs), ...genuine.map(({ signed }) => signed)].map((one) => [one.signature, one]),
    ),
    envelopes,
    sealed: new Map(envelopes.map(({ sealed }) => [sealed.mac, sealed])),
  };
}

/** Of a TCP publisher's stream. */
function frames(): readonly Buffer[] {
  return splitFrames(fixture("tcp/stream_20.0.0.bin")).map(accepted);
}

function messagesIn(body: string): readonly ValueMap[] {
  const decoded = decodeQueueBody(body);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value.messages.map(({ message }) => accepted(message)).filter(isValueMap);
}

function signedByOlder(message: ValueMap): readonly Genuine[] {
  const older: Genuine[] = [];
  for (const dialect of ["kilo", "icehouse"] as const) {
    const signature = sign(message, dialect === "kilo" ? secrets[0] : (secrets[1] ?? secrets[0]), dialect);
    if (signature === undefined) continue;
    const again = new Map<string, Value>(message).set("message_signature", signature);
    older.push(genuineOf(again, encodeMsgpack(again)));
  }
  return older;
}

const judge = judgesFor(0).judge;

function genuineOf(message: ValueMap, bytes: Buffer): Genuine {
  return { message, bytes, signed: signedAs(message) };
}

function signedAs(message: ValueMap): Signed {
  const signature = message.get("message_signature");
  for (const dialect of dialects) {
    const text = referenceText(message, dialect, MAX_CANONICAL_TEXT);
    if (text === undefined || typeof signature !== "string") continue;
    if (!secrets.some((secret) => digest(text, secret).toString("hex") === signature)) continue;
    const judged = judge.message(message, receivedBy("udp"));
    if (!judged.ok) return { signature, text, identity: undefined, isTimely: false };
    const { record } = judged.value;
    const isTimely = outsideSampleWindow(record, RECEIVED_AT) === undefined;
    return { signature, text, identity: identity(record), isTimely };
  }
  throw new Error("a capture is not genuine");
}

function fitsMsgpack(value: Value): boolean {
  if (typeof value === "bigint") return BigInt.asUintN(64, value) === value || BigInt.asIntN(64, value) === value;
  if (isValueList(value)) return value.every(fitsMsgpack);
  return isValueMap(value) ? Array.from(value.values()).every(fitsMsgpack) : true;
}

function some<T>(items: readonly T[]): Some<T> {
  const [first, ...others] = items;
  if (first === undefined) throw new Error("no captures");
  return [first, ...others];
}
