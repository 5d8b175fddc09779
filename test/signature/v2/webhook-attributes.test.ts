import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyring } from "../../../lib/keys/keyring.ts";
import { signAttributes } from "../../../lib/signature/v2/sign-attributes.ts";
import { verifyAttributes } from "../../../lib/signature/v2/webhook-attributes.ts";
import { RECEIVED_AT, receipt, v2Key, v2SecretText } from "../../support/v2-keys.ts";

const key = v2Key("pub-7");
const context = { keyring: createKeyring([key]), receipt: receipt({ listener: "queue" }), timeWindow: true };

/** Standard Webhooks as its specification has it: what any of its libraries does. */
function standardWebhook(secret: string, id: string, date: Date, body: string): string {
  const bytes = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = `${id}.${Math.floor(date.getTime() / 1_000)}.${body}`;
  return `v1,${createHmac("sha256", bytes).update(content).digest("base64")}`;
}

const bodies = fc.string({ unit: "grapheme" });
const ids = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
const times = fc.integer({ min: RECEIVED_AT - 299_000, max: RECEIVED_AT + 299_000 });

describe("the attributes of a queue's message", () => {
  it("are those that a library of Standard Webhooks makes", () => {
    fc.assert(
      fc.property(bodies, ids, times, (body, id, sentAt) => {
        const signature = standardWebhook(v2SecretText("7".charCodeAt(0)), `pub-7:${id}`, new Date(sentAt), body);
        const attributes = {
          "webhook-id": `pub-7:${id}`,
          "webhook-timestamp": String(Math.floor(sentAt / 1_000)),
          "webhook-signature": signature,
        };
        expect(signAttributes(body, { keyId: key.id, secret: key.secret, id, sentAt })).toEqual(attributes);
        expect(verifyAttributes(body, attributes, context)).toEqual({ ok: true, value: { key } });
      }),
    );
  });

  it("say nothing of a message that has none of them", () => {
    expect(verifyAttributes("[]", { colour: "green" }, context)).toBeUndefined();
  });

  it("are rejected with any character of them or of the body changed", () => {
    const body = '[{"counter_name":"cpu"}]';
    const attributes = signAttributes(body, { keyId: key.id, secret: key.secret, id: "a-1", sentAt: RECEIVED_AT });
    const reasons = new Set<string>();
    const note = (result: ReturnType<typeof verifyAttributes>) =>
      reasons.add(result?.ok === false ? result.reason : "!");
    for (const [name, value] of Object.entries(attributes)) {
      // The last character but one of the base64 has two bits that say nothing.
      for (let at = 0; at < value.length - 2; at++) {
        const other = value[at] === "x" ? "y" : "x";
        note(
          verifyAttributes(body, { ...attributes, [name]: value.slice(0, at) + other + value.slice(at + 1) }, context),
        );
      }
    }
    for (let at = 0; at < body.length; at++) {
      note(verifyAttributes(`${body.slice(0, at)}~${body.slice(at + 1)}`, attributes, context));
    }
    expect([...reasons].sort()).toEqual(["bad-signature", "undecodable", "unknown-key"]);
  });

  it("may carry up to eight signatures", () => {
    const attributes = signAttributes("", { keyId: key.id, secret: key.secret, id: "a", sentAt: RECEIVED_AT });
    const wrong = `v1,${Buffer.alloc(32).toString("base64")}`;
    const among = (others: number) => {
      const signature = [...new Array<string>(others).fill(wrong), attributes["webhook-signature"]].join(" ");
      return verifyAttributes("", { ...attributes, "webhook-signature": signature }, context)?.ok;
    };
    expect([among(7), among(8)]).toEqual([true, false]);
  });

  it("name what is missing", () => {
    expect(verifyAttributes("", { "webhook-id": "pub-7:a" }, context)).toEqual({
      ok: false,
      reason: "unsigned",
      detail: "the attribute webhook-timestamp and webhook-signature is missing: send all three",
    });
  });

  it("don't say what the signature should have been", () => {
    const attributes = signAttributes("", { keyId: key.id, secret: key.secret, id: "a", sentAt: RECEIVED_AT });
    const changed = { ...attributes, "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}` };
    expect(verifyAttributes("", changed, context)).toEqual({
      ok: false,
      reason: "bad-signature",
      detail: "not signed with the key pub-7: compare the secrets; else it is forged",
    });
  });

  it.each(["", "a.b", "a:b", "x".repeat(129)])("are not made for the id %j", (id) => {
    expect(() => signAttributes("", { keyId: key.id, secret: key.secret, id, sentAt: 0 })).toThrow(RangeError);
  });
});
