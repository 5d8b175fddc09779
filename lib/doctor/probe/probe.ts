import { randomUUID } from "node:crypto";
import type { Key } from "../../keys/key.ts";
import type { MessageAttributes } from "../../sample/arrived.ts";
import type { ListenerName } from "../../sample/listener-name.ts";
import { DOCTOR_METER } from "../../sample/own-meters.ts";
import { ownSample } from "../../sample/own-sample.ts";
import { type SignedMessage, signedMessage } from "../../signature/signed-message.ts";
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
  const sealed = (padding: number): SignedMessage => {
    const metadata = new Map([["padding", "x".repeat(padding)]]);
    const sample = ownSample({ ...owner, resource, volume: 0n, messageId: id, now, metadata });
    return signedMessage(sample, listener, key, { dialect: "py3", sentAt: now });
  };
  // Beyond 255 characters, the length of a text takes as many bytes for each: what is missing is filled exactly.
  const padding = size === undefined ? 0 : LEAST_PADDING + size - sealed(LEAST_PADDING).bytes.length;
  const { bytes, attributes = {} } = sealed(padding);
  return { listener, id, resource, bytes, attributes };
}

const owner = { meter: DOCTOR_METER, project: DOCTOR_PROJECT };

const LEAST_PADDING = 300;
