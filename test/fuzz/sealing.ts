import { createHmac, type KeyObject } from "node:crypto";
import type { MessageAttributes } from "../../lib/sample/arrived.ts";
import type { Random } from "../support/random.ts";
import { goodKey, RECEIVED_AT } from "./judges.ts";

/*
 * Signature v2 by its description and not by the code that is tested.
 */

/** What one MAC stands for. */
export interface Sealed {
  /** In hexadecimal digits. */
  readonly mac: string;
  /** The very bytes that were signed. */
  readonly covered: Buffer;
}

export interface Envelope {
  readonly bytes: Buffer;
  readonly sealed: Sealed;
}

/** Only what a test needs to have otherwise. */
export interface SealingKey {
  readonly id: string;
  readonly secret: KeyObject;
}

const MAGIC = "c1435347";
/** Of the key ids here, up to the body. */
export const HEADER_BYTES = 20;
const MINUTE = 60_000;

export function envelopeOf(body: Buffer, deflated: boolean, random: Random, key: SealingKey = goodKey): Envelope {
  const sentAt = Buffer.alloc(8);
  sentAt.writeBigUInt64BE(BigInt(someTime(random)));
  const header = Buffer.from(
    `${MAGIC}02${deflated ? "01" : "00"}${key.id.length.toString(16).padStart(2, "0")}`,
    "hex",
  );
  return signedWith(Buffer.concat([header, Buffer.from(key.id), sentAt, body]), key);
}

/** Puts the right MAC behind any bytes. */
export function signedWith(covered: Buffer, { secret }: SealingKey): Envelope {
  const mac = createHmac("sha256", secret).update(covered).digest();
  return { bytes: Buffer.concat([covered, mac]), sealed: { mac: mac.toString("hex"), covered } };
}

export interface SignedBody {
  readonly attributes: MessageAttributes;
  readonly sealed: Sealed;
}

export function signedBody(body: string, random: Random, key: SealingKey = goodKey): SignedBody {
  const id = `${key.id}:${random.integer(2 ** 32).toString(36)}`;
  const timestamp = String(Math.floor(someTime(random) / 1_000));
  const covered = coveredText(id, timestamp, body);
  const mac = createHmac("sha256", key.secret).update(covered).digest();
  const signature = `v1,${mac.toString("base64")}`;
  return {
    attributes: { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature },
    sealed: { mac: mac.toString("hex"), covered },
  };
}

export function coveredText(id = "", timestamp = "", body = ""): Buffer {
  return Buffer.from(`${id}.${timestamp}.${body}`);
}

function someTime(random: Random): number {
  return RECEIVED_AT - 4 * MINUTE + random.integer(8 * MINUTE);
}
