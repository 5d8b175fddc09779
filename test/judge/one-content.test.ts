import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { contentDigest } from "../../lib/sample/content.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { identity } from "../../lib/sample/identity.ts";
import type { Result } from "../../lib/sample/rejection.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { signAttributes } from "../../lib/signature/v2/sign-attributes.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { CAPTURE_SECRET, key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { plainSample } from "../support/messages.ts";
import { RECEIVED_AT, receipt, v2Key } from "../support/v2-keys.ts";

const [old, rotated] = [legacyKey("old", key(CAPTURE_SECRET)), legacyKey("new", key("another secret of ours"))];
const [sealing, another] = [v2Key("pub-1"), v2Key("pub-2")];
const judge = createJudge({ keys: fixedKeys([old, rotated, sealing, another]), dialects, extraFields: [] });

const plain = new Map(Object.entries(plainSample));
const byTcp = new Map(plain).set("publisher_id", "host-1");
const queue = receipt({ listener: "queue", address: undefined });

function signed(message: ValueMap, { secret } = old, dialect: (typeof dialects)[number] = "py3"): ValueMap {
  const signature = sign(message, secret, dialect);
  if (signature === undefined) throw new Error("can't be signed");
  return new Map<string, Value>(message).set("message_signature", signature);
}

function sealed(message: ValueMap, by = sealing, later = 0): readonly Result<Genuine>[] {
  const sentAt = RECEIVED_AT + later;
  const envelope = sealEnvelope([message], { keyId: by.id, secret: by.secret, sentAt, deflate: later > 0 });
  return judge.bytes(envelope, receipt({ receivedAt: sentAt }));
}

function datagram(message: ValueMap): readonly Result<Genuine>[] {
  return judge.bytes(encodeMsgpack(message), receipt());
}

function body(message: ValueMap): readonly Result<Genuine>[] {
  return judge.text(toExactJson([message]), {}, queue);
}

function withAttributes(message: ValueMap, unique: string): readonly Result<Genuine>[] {
  const text = toExactJson(message);
  const options = { keyId: sealing.id, secret: sealing.secret, id: unique, sentAt: RECEIVED_AT };
  return judge.text(text, signAttributes(text, options), queue);
}

function contentOf([result]: readonly Result<Genuine>[]): string {
  return result?.ok ? contentDigest(result.value.record) : `rejected: ${result?.detail}`;
}

const original = contentOf(datagram(signed(plain)));

describe("one sample is one content", () => {
  it.each<[string, readonly Result<Genuine>[]]>([
    ["by UDP, its names in another order", datagram(new Map([...signed(plain)].reverse()))],
    ["by TCP, which adds publisher_id", judge.bytes(encodeMsgpack(signed(byTcp)), receipt({ listener: "tcp" }))],
    ["by the notifier, as JSON", body(signed(plain))],
    ["signed with a rotated key", datagram(signed(plain, rotated))],
    ["signed as Kilo did", datagram(signed(plain, old, "kilo"))],
    ["signed as Icehouse did", datagram(signed(plain, old, "icehouse"))],
    ["sealed", sealed(plain)],
    ["sealed again later, and deflated", sealed(plain, sealing, 60_000)],
    ["sealed by another key", sealed(plain, another)],
    ["sealed with its own signature inside", sealed(signed(plain))],
    ["with attributes", withAttributes(plain, "a")],
    ["with attributes under another id", withAttributes(byTcp, "b")],
  ])("%s", (_, results) => {
    expect(contentOf(results)).toBe(original);
  });

  it("and another one is another: whoever sends a copy with another owner or volume first silences nothing", () => {
    const copies = [{ project_id: "another" }, { counter_volume: 1n }, { user_id: null }].map(
      (change) => new Map([...plain, ...Object.entries(change)]),
    );
    const results = copies.flatMap((copy) => [datagram(signed(copy)), sealed(copy)]);
    const records = results.flat().flatMap((result) => (result.ok ? [result.value.record] : []));
    expect(new Set(records.map(identity)).size).toBe(1);
    expect(new Set([original, ...records.map(contentDigest)]).size).toBe(1 + copies.length);
  });
});
