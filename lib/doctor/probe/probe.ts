import { randomUUID } from "node:crypto";
import type { Key } from "../../keys/key.ts";
import type { MessageAttributes } from "../../sample/arrived.ts";
import type { ListenerName } from "../../sample/listener-name.ts";
import { DOCTOR_METER } from "../../sample/own-meters.ts";
import type { Value, ValueMap } from "../../sample/value.ts";
import { sign } from "../../signature/legacy/sign.ts";
import { sealEnvelope } from "../../signature/v2/seal-envelope.ts";
import { signAttributes } from "../../signature/v2/sign-attributes.ts";
import { encodeMsgpack } from "../../wire/msgpack-writer.ts";
import { DOCTOR_PROJECT, DOCTOR_RESOURCE } from "./probe-names.ts";

/** One sample of our own, as it goes out. */
export interface Probe {
  readonly listener: ListenerName;
  /** `message_id`, new for each. */
  readonly id: string;
  readonly resource: string;
  /** A datagram, a frame without the length in front of it, or the text of a queue's message. */
  readonly bytes: Buffer;
  /** Beside the text of a queue's message. */
  readonly attributes: MessageAttributes;
}

export interface ProbeOptions {
  readonly listener: ListenerName;
  readonly key: Key;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long the whole is to be, at least 1,200. @default as long as it is, some 600 */
  readonly size?: number;
}

/** Makes and signs a sample that adds nothing to any sum: a gauge of volume 0, of a meter, a project and resources of its own. */
export function makeProbe({ listener, key, now, size }: ProbeOptions): Probe {
  const id = randomUUID();
  const resource = `${DOCTOR_RESOURCE}.${listener}${size === undefined ? "" : `.${size}`}`;
  const content = (padding: number) => message({ id, resource, now, padding });
  if (listener === "queue") return { listener, id, resource, ...asText(content(0), key, now) };
  const sealed = (padding: number) => seal(content(padding), key, now);
  // Beyond 255 characters, the length of a text takes as many bytes for each: what is missing is filled exactly.
  const padding = size === undefined ? 0 : LEAST_PADDING + size - sealed(LEAST_PADDING).length;
  return { listener, id, resource, bytes: sealed(padding), attributes: {} };
}

const LEAST_PADDING = 300;

interface Content {
  readonly id: string;
  readonly resource: string;
  readonly now: number;
  readonly padding: number;
}

function message({ id, resource, now, padding }: Content): ValueMap {
  return new Map<string, Value>([
    ["source", "countersign"],
    ["counter_name", DOCTOR_METER],
    ["counter_type", "gauge"],
    ["counter_unit", "sample"],
    ["counter_volume", 0n],
    ["user_id", null],
    ["user_name", null],
    ["project_id", DOCTOR_PROJECT],
    ["project_name", null],
    ["resource_id", resource],
    ["timestamp", new Date(now).toISOString().replace("Z", "000")],
    // The same each time, so that storage keeps one version of it for each resource.
    ["resource_metadata", new Map<string, Value>([["padding", "x".repeat(padding)]])],
    ["message_id", id],
    ["monotonic_time", null],
  ]);
}

/** A queue carries text; signature v2 signs it by attributes beside it. */
function asText(content: ValueMap, key: Key, now: number): Pick<Probe, "bytes" | "attributes"> {
  const isV2 = key.scheme === "v2";
  const body = (isV2 ? encodeMsgpack(content) : seal(content, key, now)).toString("base64");
  const signing = { keyId: key.id, secret: key.secret, id: randomUUID(), sentAt: now };
  return { bytes: Buffer.from(body), attributes: isV2 ? signAttributes(body, signing) : {} };
}

function seal(content: ValueMap, key: Key, now: number): Buffer {
  if (key.scheme === "v2") return sealEnvelope([content], { keyId: key.id, secret: key.secret, sentAt: now });
  const signature = sign(content, key.secret, "py3");
  if (signature === undefined) throw new Error("a sample of our own can't be signed");
  return encodeMsgpack(new Map(content).set("message_signature", signature));
}
