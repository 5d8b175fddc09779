import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import type { Key } from "../../lib/keys/key.ts";
import { fixedKeys, type KeySource } from "../../lib/keys/keyring.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { signAttributes } from "../../lib/signature/v2/sign-attributes.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { CAPTURE_SECRET, key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";
import { RECEIVED_AT, receipt, v2Key } from "../support/v2-keys.ts";

const queue = receipt({ listener: "queue", address: undefined });

function plain(changes: Readonly<Record<string, Value>> = {}): ValueMap {
  return new Map(Object.entries({ ...plainSample, ...changes }));
}

function judging(keys: KeySource = fixedKeys([v2Key("pub-1")])) {
  return { keys, judge: createJudge({ keys, dialects, extraFields: [], legacyListeners: [] }) };
}

function sealed(messages: readonly Value[], { id, secret }: Key = v2Key("pub-1"), deflate = false): Buffer {
  return sealEnvelope(messages, { keyId: id, secret, sentAt: RECEIVED_AT, deflate });
}

function attributes(body: string, { id, secret }: Key = v2Key("pub-1"), unique = "unique") {
  return signAttributes(body, { keyId: id, secret, id: unique, sentAt: RECEIVED_AT });
}

describe("an envelope of signature v2", () => {
  it.each([false, true])("gives a record without a signature for each message in it (deflated: %s)", (deflate) => {
    const { judge, keys } = judging();
    const event = new Map(Object.entries(plainEvent));
    const judged = judge.bytes(sealed([plain(), event], undefined, deflate), receipt());
    expect(judged.map((result) => result.ok && [result.value.keyId, result.value.record])).toEqual([
      [
        "pub-1",
        {
          ...plainSample,
          kind: "sample",
          dialect: "v2",
          time: "2022-09-30T12:00:00.123456Z",
          message_signature: null,
          extra: new Map(),
        },
      ],
      [
        "pub-1",
        {
          ...plainEvent,
          kind: "event",
          dialect: "v2",
          time: "2022-09-30T12:00:00.000005Z",
          message_signature: null,
          extra: new Map(),
        },
      ],
    ]);
    expect(Object.fromEntries(keys.uses())).toEqual({ "pub-1": 2 });
  });

  it("does not look at a signature inside, nor let it prove anything", () => {
    const { judge } = judging();
    const judged = judge.bytes(
      sealed([plain({ message_signature: "anything" }), signedMessage(plainSample)]),
      receipt(),
    );
    expect(judged.map((result) => result.ok && result.value.record.message_signature)).toEqual([null, null]);
  });

  it("answers for each of its messages, good and bad, in order", () => {
    const { judge } = judging();
    const judged = judge.bytes(sealed([plain(), 7n, plain({ counter_type: "rate" }), new Map(), plain()]), receipt());
    expect(judged.map((result) => (result.ok ? "recorded" : result.reason))).toEqual([
      "recorded",
      "not-a-sample",
      "invalid-sample",
      "invalid-sample",
      "recorded",
    ]);
    expect(judge.bytes(sealed([]), receipt())).toEqual([]);
  });

  it("is one rejection when it can't be opened", () => {
    const { judge } = judging();
    const forged = sealed([plain(), plain()]);
    forged.writeUInt8(forged.readUInt8(40) ^ 1, 40);
    for (const bytes of [forged, sealed([plain()], v2Key("pub-2")), Buffer.of(0xc1)]) {
      expect(judge.bytes(bytes, receipt()).map(({ ok }) => ok)).toEqual([false]);
    }
  });

  it("may be limited to publishers, message by message", () => {
    const limited = v2Key("pub-1", { publishers: new Set(["host-1"]) });
    const { judge, keys } = judging(fixedKeys([limited]));
    const judged = judge.bytes(
      sealed([plain({ publisher_id: "host-1" }), plain({ publisher_id: "host-2" }), plain()], limited),
      receipt(),
    );
    expect(judged.map((result) => (result.ok ? "recorded" : result.detail))).toEqual([
      "recorded",
      'the key pub-1 is not accepted for the publisher "host-2"',
      "the key pub-1 is not accepted for messages that name no publisher",
    ]);
    expect(Object.fromEntries(keys.uses())).toEqual({ "pub-1": 1 });
  });

  it("asks for the keys to be read again when it names one that is not known, and only then", () => {
    let missed = 0;
    const keys: KeySource = { ...fixedKeys([v2Key("pub-1", { retiredAt: 0 })]), missed: () => void missed++ };
    const { judge } = judging(keys);
    for (const bytes of [sealed([plain()]), encodeMsgpack(plain()), Buffer.of(0xc1)]) judge.bytes(bytes, receipt());
    expect(missed).toBe(0);
    expect(judge.bytes(sealed([plain()], v2Key("pub-2")), receipt())).toEqual([
      { ok: false, reason: "unknown-key", detail: expect.stringContaining("pub-2") },
    ]);
    expect(missed).toBe(1);
    expect(judge.text("[]", attributes("[]", v2Key("pub-3")), queue)).toMatchObject([{ reason: "unknown-key" }]);
    expect(missed).toBe(2);
  });

  it("is never opened by a legacy key, nor a legacy message proved by a v2 key", () => {
    const legacy = legacyKey("pub-1", key(CAPTURE_SECRET));
    const { judge } = judging(fixedKeys([legacy]));
    expect(judge.bytes(sealed([plain()], legacy), receipt())).toMatchObject([{ ok: false, reason: "unknown-key" }]);
    const v2 = v2Key("pub-1", { secret: key(CAPTURE_SECRET) });
    const everywhere = createJudge({ keys: fixedKeys([v2]), dialects, extraFields: [] });
    expect(everywhere.message(signedMessage(plainSample), receipt())).toMatchObject({ reason: "bad-signature" });
  });
});

describe("a body with the attributes of signature v2", () => {
  it("needs no signature inside, whatever wraps its samples", () => {
    const { judge } = judging();
    const oslo = JSON.stringify({
      "oslo.version": "2.0",
      "oslo.message": `{"event_type":"metering","payload":[${toExactJson(plain())},7]}`,
    });
    const bodies = [toExactJson(plain()), toExactJson([plain(), 7n]), oslo, encodeMsgpack(plain()).toString("base64")];
    const verdicts = bodies.map((body) =>
      judge
        .text(body, attributes(body), queue)
        .map((result) => (result.ok ? result.value.record.dialect : result.reason)),
    );
    expect(verdicts).toEqual([["v2"], ["v2", "not-a-sample"], ["v2", "not-a-sample"], ["v2"]]);
  });

  it("takes the publisher that its notification names, which is signed with the rest", () => {
    const limited = v2Key("pub-1", { publishers: new Set(["host-1"]) });
    const { judge } = judging(fixedKeys([limited]));
    const from = (publisher: string, sample: ValueMap = plain()) => {
      const body = `{"event_type":"metering","publisher_id":"${publisher}","payload":[${toExactJson(sample)}]}`;
      return judge
        .text(body, attributes(body, limited), queue)
        .map((result) => (result.ok ? "recorded" : result.reason));
    };
    expect([from("host-1"), from("host-2"), from("host-1", plain({ publisher_id: "host-2" }))]).toEqual([
      ["recorded"],
      ["refused-key"],
      ["refused-key"],
    ]);
  });

  it("is rejected once when it is not what was signed, or not a message", () => {
    const { judge } = judging();
    const body = toExactJson([plain(), plain()]);
    expect(judge.text(`${body} `, attributes(body), queue)).toMatchObject([{ ok: false, reason: "bad-signature" }]);
    expect(judge.text("poison", attributes("poison"), queue)).toMatchObject([{ ok: false, reason: "undecodable" }]);
    expect(judge.text(body, { "webhook-id": "pub-1:x" }, queue)).toMatchObject([{ ok: false, reason: "unsigned" }]);
  });

  it("without any of them has to prove its samples one by one", () => {
    const { judge } = judging();
    expect(judge.text(toExactJson([plain(), 7n]), { other: "x" }, queue)).toMatchObject([
      { ok: false, reason: "legacy-refused" },
      { ok: false, reason: "not-a-sample" },
    ]);
  });
});
