import type { Key } from "../../../lib/keys/key.ts";
import { formatV2Secret } from "../../../lib/keys/v2-secret.ts";
import type { RejectionReason } from "../../../lib/sample/rejection.ts";
import { RECEIVED_AT, v2Key } from "../../support/v2-keys.ts";

/** What has to come of it: the messages inside as exact JSON, or why it is rejected. */
export type Verdict = { readonly messages: string } | { readonly reason: RejectionReason };

/** A datagram, or a TCP frame without its length. */
export type EnvelopeVector = { readonly name: string; readonly receivedAt: number; readonly hex: string } & Verdict;

/** A queue's message. */
export type WebhookVector = {
  readonly name: string;
  readonly receivedAt: number;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
} & Verdict;

/** docs/signature-v2-vectors.json */
export interface Vectors {
  readonly about: string;
  readonly keys: Readonly<Record<string, string | { readonly secret: string; readonly retiredAt: string }>>;
  readonly maxBytes: number;
  readonly envelopes: readonly EnvelopeVector[];
  readonly queueMessages: readonly WebhookVector[];
}

/** The key of the good ones. */
export const goodKey = v2Key("pub-7");
/** Retired in the second in which the vectors are received. */
export const retiredKey = v2Key("old_1", { retiredAt: RECEIVED_AT });

/** The keys as a collector is configured with them. */
export const configuredKeys: Vectors["keys"] = {
  [goodKey.id]: formatV2Secret(goodKey.secret),
  [retiredKey.id]: { secret: formatV2Secret(retiredKey.secret), retiredAt: new Date(RECEIVED_AT).toISOString() },
};

export const vectorKeys: readonly Key[] = [goodKey, retiredKey];
