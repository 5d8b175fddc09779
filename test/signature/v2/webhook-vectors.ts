import type { RejectionReason } from "../../../lib/sample/rejection.ts";
import type { Value } from "../../../lib/sample/value.ts";
import { signAttributes } from "../../../lib/signature/v2/sign-attributes.ts";
import { toExactJson } from "../../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../../lib/wire/msgpack-writer.ts";
import { RECEIVED_AT } from "../../support/v2-keys.ts";
import { goodKey, retiredKey, type WebhookVector } from "./vector.ts";
import { vectorMessages } from "./vector-messages.ts";

type Attributes = WebhookVector["attributes"];

const MINUTE = 60_000;
const SIGNED = {
  keyId: goodKey.id,
  secret: goodKey.secret,
  id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
  sentAt: RECEIVED_AT,
};

const sample = vectorMessages["one sample"];
const body = toExactJson(sample);
const attributes = signAttributes(body, SIGNED);
const signature = attributes["webhook-signature"] ?? "";
const withRetired = signAttributes(body, { ...SIGNED, keyId: retiredKey.id, secret: retiredKey.secret });
const other = signAttributes(body, { ...SIGNED, secret: retiredKey.secret });

function good(
  name: string,
  messages: readonly Value[],
  text = toExactJson(messages),
  signed: Attributes = signAttributes(text, SIGNED),
  receivedAt = RECEIVED_AT,
): WebhookVector {
  return { name, receivedAt, body: text, attributes: signed, messages: toExactJson(messages) };
}

function bad(
  name: string,
  reason: RejectionReason,
  own: Readonly<Record<string, string>>,
  text = body,
  receivedAt = RECEIVED_AT,
): WebhookVector {
  return { name, receivedAt, body: text, attributes: { ...attributes, ...own }, reason };
}

function without(name: string): WebhookVector {
  const { [name]: _, ...rest } = attributes;
  return { name: `no ${name}`, receivedAt: RECEIVED_AT, body, attributes: rest, reason: "unsigned" };
}

export const webhookVectors: readonly WebhookVector[] = [
  ...Object.entries(vectorMessages).map(([name, messages]) => good(name, messages)),
  good("one sample, not in a list", sample, body.slice(1, -1)),
  good("base64 of msgpack", sample, encodeMsgpack(sample).toString("base64")),
  good("two signatures, the second of them good", sample, body, {
    ...attributes,
    "webhook-signature": `${other["webhook-signature"]} ${signature}`,
  }),
  good("a signature of a kind that is not known, too", sample, body, {
    ...attributes,
    "webhook-signature": `v1a,AAAA ${signature}`,
  }),
  good("an attribute that is not ours", sample, body, { ...attributes, colour: "green" }),
  good("five minutes late", sample, body, attributes, RECEIVED_AT + 5 * MINUTE),
  good("five minutes early", sample, body, attributes, RECEIVED_AT - 5 * MINUTE),
  good("key retired afterwards", sample, body, withRetired, RECEIVED_AT - 1),
  bad("key retired before", "refused-key", withRetired),
  bad("late", "outside-window", {}, body, RECEIVED_AT + 5 * MINUTE + 1),
  bad("early", "outside-window", {}, body, RECEIVED_AT - 5 * MINUTE - 1),
  bad("unknown key", "unknown-key", signAttributes(body, { ...SIGNED, keyId: "pub-8" })),
  bad("signed with another secret", "bad-signature", other),
  bad("body changed by a space", "bad-signature", {}, `${body} `),
  bad("time changed", "bad-signature", { "webhook-timestamp": String(RECEIVED_AT / 1_000 + 1) }),
  bad("time with a zero in front", "bad-signature", { "webhook-timestamp": `0${RECEIVED_AT / 1_000}` }),
  bad("id changed", "bad-signature", { "webhook-id": `${goodKey.id}:another` }),
  bad("signature cut", "bad-signature", { "webhook-signature": signature.slice(0, -2) }),
  bad("signature of a kind that is not known", "bad-signature", { "webhook-signature": `v1a${signature.slice(2)}` }),
  bad("empty signature", "bad-signature", { "webhook-signature": "" }),
  bad("id without a key id", "undecodable", { "webhook-id": SIGNED.id }),
  bad("id with a dot", "undecodable", { "webhook-id": `${goodKey.id}:a.b` }),
  bad("key id of 65 characters", "undecodable", { "webhook-id": `${"k".repeat(65)}:a` }),
  bad("id of 129 characters", "undecodable", { "webhook-id": `${goodKey.id}:${"a".repeat(129)}` }),
  bad("time that is none", "undecodable", { "webhook-timestamp": new Date(RECEIVED_AT).toISOString() }),
  bad("time with a fraction", "undecodable", { "webhook-timestamp": `${RECEIVED_AT / 1_000}.5` }),
  bad("body that can't be read", "undecodable", signAttributes("{", SIGNED), "{"),
  without("webhook-id"),
  without("webhook-timestamp"),
  without("webhook-signature"),
];
