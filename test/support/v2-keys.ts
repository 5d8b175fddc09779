import type { Key } from "../../lib/keys/key.ts";
import { parseV2Secret } from "../../lib/keys/v2-secret.ts";
import type { Receipt } from "../../lib/sample/receipt.ts";

/** When the messages of these tests are received: 2026-09-21T14:13:20Z. */
export const RECEIVED_AT = 1_790_000_000_000;

/** A v2 secret that is no secret: 32 bytes of one value. */
export function v2SecretText(byte: number): string {
  return `whsec_${Buffer.alloc(32, byte).toString("base64")}`;
}

export function v2Key(id: string, overrides: Partial<Key> = {}): Key {
  const parsed = parseV2Secret(v2SecretText(id.charCodeAt(id.length - 1)));
  if (!parsed.ok) throw new Error(parsed.problem);
  return { id, scheme: "v2", secret: parsed.secret, ...overrides };
}

export function receipt(overrides: Partial<Receipt> = {}): Receipt {
  return { listener: "udp", address: "10.0.0.1", receivedAt: RECEIVED_AT, ...overrides };
}
