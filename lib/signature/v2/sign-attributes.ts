import type { KeyObject } from "node:crypto";
import { isKeyId, keyIdRule } from "../../keys/key-id.ts";
import type { MessageAttributes } from "../../sample/arrived.ts";
import { SIGNATURE_PREFIX, WEBHOOK_ID, webhookMac, webhookNames } from "./webhook-mac.ts";

export interface SignOptions {
  readonly keyId: string;
  readonly secret: KeyObject;
  /** Made anew for each message, kept when it is sent again: 1 to 128 of A-Z, a-z, 0-9, _ and -. */
  readonly id: string;
  /** Milliseconds since 1970; signed in whole seconds. */
  readonly sentAt: number;
}

/**
 * The attributes that sign a queue's message, to be sent beside its body.
 *
 * @throws RangeError for an id that is none
 */
export function signAttributes(body: string, { keyId, secret, id, sentAt }: SignOptions): MessageAttributes {
  const webhookId = `${keyId}:${id}`;
  if (!isKeyId(keyId) || !WEBHOOK_ID.test(webhookId)) {
    throw new RangeError(`not an id to sign: a key id is ${keyIdRule}, an id 1 to 128 of these`);
  }
  const timestamp = String(Math.floor(sentAt / 1_000));
  const mac = webhookMac(webhookId, timestamp, body, secret);
  return {
    [webhookNames.id]: webhookId,
    [webhookNames.timestamp]: timestamp,
    [webhookNames.signature]: SIGNATURE_PREFIX + mac.toString("base64"),
  };
}
