import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import type { Key } from "../../lib/keys/key.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { parseNetworks } from "../../lib/keys/networks.ts";
import type { ListenerName } from "../../lib/sample/listener-name.ts";
import type { Result } from "../../lib/sample/rejection.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { CAPTURE_SECRET, key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { RECEIVED_AT, receipt } from "../support/v2-keys.ts";

const secret = key(CAPTURE_SECRET);
const another = key("another secret");
const message = signedMessage(plainSample);

function judgeWith(keys: readonly Key[], legacyListeners?: readonly ListenerName[]) {
  return createJudge({ keys: fixedKeys(keys), dialects, extraFields: [], ...(legacyListeners && { legacyListeners }) });
}

function networks(...texts: readonly string[]) {
  const parsed = parseNetworks(texts);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
}

/** The id of the key that proved it, or why none did. */
function verdict(result: Result<{ readonly keyId: string }> | undefined): string {
  if (result === undefined) throw new Error("no answer");
  return result.ok ? result.value.keyId : `${result.reason}: ${result.detail}`;
}

/** An oslo.messaging notification of one sample. */
function notification(sample: ValueMap, publisher?: Value): string {
  const inner = new Map<string, Value>([
    ["event_type", "metering"],
    ["payload", [sample]],
  ]);
  if (publisher !== undefined) inner.set("publisher_id", publisher);
  return JSON.stringify({ "oslo.version": "2.0", "oslo.message": toExactJson(inner) });
}

describe("a legacy key", () => {
  it("verifies what it signed, whichever of several it is, and is named", () => {
    const judge = judgeWith([legacyKey("new", another), legacyKey("old", secret)]);
    expect(verdict(judge.message(message, receipt()))).toBe("old");
    expect(verdict(judge.bytes(encodeMsgpack(message), receipt())[0])).toBe("old");
    expect(verdict(judge.text(toExactJson(message), {}, receipt({ listener: "queue" }))[0])).toBe("old");
  });

  it("that was retired verifies what was received before, and refuses the rest", () => {
    const judge = judgeWith([legacyKey("old", secret, { retiredAt: RECEIVED_AT })]);
    const at = (receivedAt: number) => verdict(judge.message(message, receipt({ receivedAt })));
    expect(at(RECEIVED_AT - 1)).toBe("old");
    const refusal = "refused-key: the key old was retired on 2026-09-21T14:13:20.000Z";
    expect([at(RECEIVED_AT), at(RECEIVED_AT + 1)]).toEqual([refusal, refusal]);
  });

  it("of some networks is refused from elsewhere, and where nobody can tell", () => {
    const judge = judgeWith([legacyKey("site", secret, { from: networks("10.1.0.0/16", "2001:db8::/32") })]);
    const from = (address: string | undefined) => verdict(judge.message(message, receipt({ address })));
    expect(["10.1.2.3", "2001:db8::7"].map(from)).toEqual(["site", "site"]);
    expect(["10.2.0.1", "2001:db9::1", "::1", undefined].map(from)).toEqual([
      "refused-key: the key site is not accepted from 10.2.0.1",
      "refused-key: the key site is not accepted from 2001:db9::1",
      "refused-key: the key site is not accepted from ::1",
      "refused-key: the key site is not accepted from an unknown address",
    ]);
  });

  it("of some publishers is refused for others, and for nobody's samples", () => {
    const judge = judgeWith([legacyKey("hosts", secret, { publishers: new Set(["host-1"]) })]);
    const of = (publisher_id: Value | undefined) =>
      verdict(judge.message(signedMessage({ ...plainSample, publisher_id }), receipt()));
    expect(of("host-1")).toBe("hosts");
    expect(["host-2", null, undefined].map(of)).toEqual([
      'refused-key: the key hosts is not accepted for the publisher "host-2"',
      "refused-key: the key hosts is not accepted for messages that name no publisher",
      "refused-key: the key hosts is not accepted for messages that name no publisher",
    ]);
  });

  it("of some publishers takes a notification's word where the sample itself has none", () => {
    const judge = judgeWith([legacyKey("hosts", secret, { publishers: new Set(["host-1"]) })]);
    const text = (sample: ValueMap, publisher?: Value) =>
      verdict(judge.text(notification(sample, publisher), {}, receipt({ listener: "queue" }))[0]);
    expect(text(message, "host-1")).toBe("hosts");
    const refusal = (name: string) => `refused-key: the key hosts is not accepted for ${name}`;
    expect([text(message, "host-2"), text(message), text(message, 7n)]).toEqual([
      refusal('the publisher "host-2"'),
      refusal("messages that name no publisher"),
      refusal("messages that name no publisher"),
    ]);
    // The sample's own is signed, the notification's is not.
    const own = signedMessage({ ...plainSample, publisher_id: "host-2" });
    expect(text(own, "host-1")).toBe(refusal('the publisher "host-2"'));
    expect(verdict(judge.message(message, receipt(), "host-1"))).toBe("hosts");
  });

  it("lends its secret to another id, which may be accepted where the first is not", () => {
    const limits: Partial<Key>[] = [
      { retiredAt: RECEIVED_AT },
      { from: networks("192.0.2.0/24") },
      { publishers: new Set(["x"]) },
    ];
    for (const limit of limits) {
      const pair = [legacyKey("first", secret, limit), legacyKey("second", secret)];
      expect(verdict(judgeWith(pair).message(message, receipt()))).toBe("second");
      expect(verdict(judgeWith(pair.toReversed()).message(message, receipt()))).toBe("second");
    }
    const both = [legacyKey("first", secret, { retiredAt: 0 }), legacyKey("second", secret, { retiredAt: 0 })];
    expect(verdict(judgeWith(both).message(message, receipt()))).toMatch(/^refused-key: the key first was retired/);
  });

  it("is refused for nothing that it did not sign: that is a bad signature", () => {
    const judge = judgeWith([legacyKey("old", another, { retiredAt: 0 })]);
    expect(verdict(judge.message(message, receipt()))).toMatch(/^bad-signature: /);
  });

  it("is good for the listeners only on which legacy signatures are accepted", () => {
    const judge = judgeWith([legacyKey("old", secret)], ["queue"]);
    const on = (listener: ListenerName) => verdict(judge.message(message, receipt({ listener })));
    expect([on("queue"), on("udp"), on("tcp")]).toEqual([
      "old",
      "legacy-refused: udp takes signature v2 only: have the publisher sign so",
      "legacy-refused: tcp takes signature v2 only: have the publisher sign so",
    ]);
    expect(verdict(judgeWith([legacyKey("old", secret)], []).message(message, receipt()))).toMatch(/^legacy-refused/);
  });

  it("is counted once for each sample that it proved, and for no other", () => {
    const keys = fixedKeys([legacyKey("old", secret), legacyKey("gone", another, { retiredAt: 0 })]);
    const judge = createJudge({ keys, dialects, extraFields: [] });
    const invalid = signedMessage({ ...plainSample, counter_type: "rate" });
    const forged = new Map(message).set("counter_volume", 1n);
    for (const one of [message, message, invalid, forged, 7n]) judge.message(one, receipt());
    expect(Object.fromEntries(keys.uses())).toEqual({ old: 2 });
  });
});
