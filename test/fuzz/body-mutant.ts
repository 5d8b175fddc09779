import { accept } from "../../lib/sample/rejection.ts";
import type { ValueMap } from "../../lib/sample/value.ts";
import { decodeJson } from "../../lib/wire/json-reader.ts";
import { type DecodeLimits, messageLimits } from "../../lib/wire/limits.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import type { Random } from "../support/random.ts";
import type { Corpus } from "./corpus.ts";
import type { Draft } from "./mutant.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { mutateMessage } from "./mutate-message.ts";
import { resigned } from "./resign.ts";
import { wireJson } from "./wire-json.ts";

/** A queue message with a mutated sample or event among up to two genuine ones; or a queue message that is damaged itself. */
export function bodyMutant(corpus: Corpus, resign: boolean, random: Random): Draft | undefined {
  if (!resign && random.chance(0.4)) return damagedBody(corpus, random);
  const neighbours = Array.from({ length: random.integer(3) }, () => random.pick(corpus.neighbours));
  const mutated = mutateMessage(random.pick(corpus.messages), random);
  const packed = resign
    ? resigned(mutated.message, jsonBytes, (bytes) => decodeJson(bytes.toString("utf8")), random)
    : { bytes: jsonBytes(mutated.message), signed: undefined, problem: undefined };
  if (packed?.bytes === undefined) return undefined;
  const own = packed.bytes.toString("utf8");
  const messages = neighbours.map(({ message }) => wireJson(message) ?? "null");
  messages.splice(random.integer(messages.length + 1), 0, own);
  const body = enveloped(messages, random);
  return {
    mutation: mutated.mutation,
    bytes: Buffer.from(body),
    deliveries: [accept({ form: "text", text: body, attributes: {} })],
    isResigned: resign,
    signed: packed.signed,
    neighbours: neighbours.map(({ signed }) => signed.signature),
    isSpoilt: () => isSpoilt(body, own),
    ...(packed.problem !== undefined && { problem: packed.problem }),
  };
}

/** What can't be decoded even alone spoils its envelope. */
export function isSpoilt(body: string, message: string): boolean {
  return !decodeQueueBody(body).ok && !decodeJson(message, shallower).ok;
}

/** A message in an envelope may nest less deep than one alone. */
const shallower: DecodeLimits = { ...messageLimits, maxDepth: messageLimits.maxDepth - 4 };

function damagedBody(corpus: Corpus, random: Random): Draft {
  const { bytes, mutation } = mutateBytes(
    Buffer.from(genuineBody(corpus, random)),
    Buffer.from(random.pick(corpus.bodies)),
    random,
  );
  const text = bytes.toString("utf8");
  return {
    mutation,
    bytes,
    deliveries: [accept({ form: "text", text, attributes: {} })],
    isResigned: false,
    neighbours: [],
  };
}

/** A queue message as it could have been sent. */
export function genuineBody(corpus: Corpus, random: Random): string {
  const messages = Array.from({ length: 1 + random.integer(3) }, () => random.pick(corpus.neighbours));
  return random.chance(0.1)
    ? random.pick(corpus.bodies)
    : random.chance(0.1)
      ? encodeMsgpack(messages.map(({ message }) => message)).toString("base64")
      : enveloped(
          messages.map(({ message }) => wireJson(message) ?? "null"),
          random,
        );
}

export function jsonBytes(message: ValueMap): Buffer | undefined {
  const json = wireJson(message);
  return json === undefined ? undefined : Buffer.from(json);
}

/** In one of the envelopes in which messages come. */
export function enveloped(messages: readonly string[], random: Random): string {
  const list = `[${messages.join(", ")}]`;
  const notification = `{"message_id": "x", "publisher_id": "telemetry", "event_type": "metering", "priority": "SAMPLE", "payload": ${list}, "timestamp": "2022-09-30 12:00:00.000001"}`;
  const oslo = JSON.stringify({ "oslo.version": "2.0", "oslo.message": notification });
  const cast = `{"method": "record_metering_data", "args": {"data": ${list}}, "version": "1.0"}`;
  return random.pick([list, notification, oslo, cast, JSON.stringify({ Type: "Notification", Message: oslo })]);
}
