import { createHmac, type KeyObject } from "node:crypto";

/** The names are Standard Webhooks'; there they are headers, here attributes of a queue's message. */
export const webhookNames = {
  id: "webhook-id",
  timestamp: "webhook-timestamp",
  signature: "webhook-signature",
} as const;

/** KEYID:UNIQUE. Neither part has a dot, so the text that is signed can be cut in one way only. */
export const WEBHOOK_ID = /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{1,128})$/;

/** Of webhook-signature's entries, the kind that is HMAC-SHA-256. */
export const SIGNATURE_PREFIX = "v1,";

/** HMAC-SHA-256 of what Standard Webhooks signs, 32 bytes. */
export function webhookMac(id: string, timestamp: string, body: string, secret: KeyObject): Buffer {
  return createHmac("sha256", secret).update(`${id}.${timestamp}.`, "latin1").update(body, "utf8").digest();
}
