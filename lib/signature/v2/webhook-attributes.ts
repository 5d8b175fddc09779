import { timingSafeEqual } from "node:crypto";
import type { Key } from "../../keys/key.ts";
import type { MessageAttributes } from "../../sample/arrived.ts";
import { accept, type Result, reject } from "../../sample/rejection.ts";
import { outsideEnvelopeWindow } from "../../sample/time-window.ts";
import { namedKey } from "./named-key.ts";
import type { OpenOptions } from "./open-envelope.ts";
import { SIGNATURE_PREFIX, WEBHOOK_ID, webhookMac, webhookNames } from "./webhook-mac.ts";

/** While a publisher changes its key it signs with two; more than a few are somebody's trial of ours. */
const MAX_SIGNATURES = 8;
const BASE64_MAC = /^[A-Za-z0-9+/]{43}=$/;
/** Seconds up to the year 33658: always safe as milliseconds. */
const TIMESTAMP = /^[0-9]{1,12}$/;

export interface VerifiedBody {
  readonly key: Key;
}

/**
 * Proves the body of a queue's message genuine by the attributes beside it, before anything in it is read.
 *
 * @returns undefined where none of the attributes is there: then the messages inside have to prove themselves. Else
 *   the key; `unsigned` where one of the three is missing, `undecodable` where id or time has another form,
 *   `unknown-key`, `refused-key`, `bad-signature` or `outside-window`
 */
export function verifyAttributes(
  body: string,
  attributes: MessageAttributes,
  { keyring, receipt, timeWindow }: Pick<OpenOptions, "keyring" | "receipt" | "timeWindow">,
): Result<VerifiedBody> | undefined {
  const names = Object.values(webhookNames);
  const missing = names.filter((name) => attributes[name] === undefined);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0)
    return reject("unsigned", `the attribute ${missing.join(" and ")} is missing: send all three`);

  const {
    id = "",
    timestamp = "",
    signature = "",
  } = {
    id: attributes[webhookNames.id],
    timestamp: attributes[webhookNames.timestamp],
    signature: attributes[webhookNames.signature],
  };
  const [, keyId] = WEBHOOK_ID.exec(id) ?? [];
  if (keyId === undefined) {
    return reject("undecodable", `${webhookNames.id} is not KEYID:UNIQUE, both of A-Z, a-z, 0-9, _ and -`);
  }
  if (!TIMESTAMP.test(timestamp)) {
    return reject("undecodable", `${webhookNames.timestamp} is not seconds since 1970, in decimal digits`);
  }
  const key = namedKey(keyId, keyring, receipt);
  if (!key.ok) return key;
  const mac = webhookMac(id, timestamp, body, key.value.secret);
  if (!isAmong(mac, signature)) {
    return reject("bad-signature", `not signed with the key ${keyId}: compare the secrets; else it is forged`);
  }
  const outside = timeWindow ? outsideEnvelopeWindow(Number(timestamp) * 1_000, receipt.receivedAt) : undefined;
  if (outside !== undefined) return reject("outside-window", outside);
  return accept({ key: key.value });
}

/** Entries of other kinds, such as v1a, are somebody else's. */
function isAmong(mac: Buffer, signature: string): boolean {
  let found = false;
  for (const entry of signature.split(" ", MAX_SIGNATURES)) {
    const base64 = entry.startsWith(SIGNATURE_PREFIX) ? entry.slice(SIGNATURE_PREFIX.length) : "";
    if (BASE64_MAC.test(base64) && timingSafeEqual(Buffer.from(base64, "base64"), mac)) found = true;
  }
  return found;
}
