import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createKeyring } from "../../../lib/keys/keyring.ts";
import { openEnvelope } from "../../../lib/signature/v2/open-envelope.ts";
import { verifyAttributes } from "../../../lib/signature/v2/webhook-attributes.ts";
import { toExactJson } from "../../../lib/wire/exact-json.ts";
import { datagramLimits } from "../../../lib/wire/limits.ts";
import { decodeQueueBody } from "../../../lib/wire/queue-body.ts";
import { accepted } from "../../support/fixtures.ts";
import { receipt } from "../../support/v2-keys.ts";
import { envelopeVectors } from "./envelope-vectors.ts";
import {
  configuredKeys,
  type EnvelopeVector,
  type Vectors,
  type Verdict,
  vectorKeys,
  type WebhookVector,
} from "./vector.ts";
import { webhookVectors } from "./webhook-vectors.ts";

const keyring = createKeyring(vectorKeys);

const vectors: Vectors = {
  about: "Signature v2 of Countersign, judged with the time window on. docs/protocol.md says what each field means.",
  keys: configuredKeys,
  maxBytes: datagramLimits.maxBytes,
  envelopes: envelopeVectors,
  queueMessages: webhookVectors,
};

function verdictOfEnvelope({ hex, receivedAt }: EnvelopeVector): Verdict {
  const options = { keyring, receipt: receipt({ receivedAt }), timeWindow: true, limits: datagramLimits };
  const opened = openEnvelope(Buffer.from(hex, "hex"), options);
  return opened.ok ? { messages: toExactJson(opened.value.messages.map(accepted)) } : { reason: opened.reason };
}

function verdictOfWebhook({ body, attributes, receivedAt }: WebhookVector): Verdict {
  const context = { keyring, receipt: receipt({ listener: "queue", receivedAt }), timeWindow: true };
  const verified = verifyAttributes(body, attributes, context);
  if (verified === undefined) throw new Error("not taken for signature v2");
  if (!verified.ok) return { reason: verified.reason };
  const decoded = decodeQueueBody(body, datagramLimits);
  return decoded.ok
    ? { messages: toExactJson(decoded.value.messages.map(({ message }) => accepted(message))) }
    : { reason: decoded.reason };
}

function expected(vector: Verdict): Verdict {
  return "messages" in vector ? { messages: vector.messages } : { reason: vector.reason };
}

describe("the test vectors of signature v2", () => {
  it("are published as they are made here", () => {
    const published = readFileSync(new URL("../../../docs/signature-v2-vectors.json", import.meta.url), "utf8");
    expect(published).toBe(`${JSON.stringify(vectors, null, 2)}\n`);
  });

  it.each(envelopeVectors)("hold for an envelope: $name", (vector) => {
    expect(verdictOfEnvelope(vector)).toEqual(expected(vector));
  });

  it.each(webhookVectors)("hold for a queue's message: $name", (vector) => {
    expect(verdictOfWebhook(vector)).toEqual(expected(vector));
  });

  it("have names of their own", () => {
    for (const list of [envelopeVectors, webhookVectors]) {
      expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
    }
  });
});
