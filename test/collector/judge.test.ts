import { describe, expect, it } from "vitest";
import { splitFrames } from "../../lib/cli/message-file.ts";
import { decodeMsgpack } from "../../lib/collector/decode/msgpack.ts";
import { encodeMsgpack } from "../../lib/collector/encode/msgpack.ts";
import { createJudge } from "../../lib/collector/judge.ts";
import { toMessage } from "../../lib/collector/message.ts";
import { dialects, type MeteringRecord } from "../../lib/collector/sample.ts";
import { canonicalText } from "../../lib/collector/signature/canonical-text.ts";
import { sign } from "../../lib/collector/signature/sign.ts";
import { bytesKey, isValueMap, type Value } from "../../lib/collector/value.ts";
import {
  CAPTURE_SECRET,
  captureJudge,
  datagrams,
  decodedMap,
  envelopeValues,
  fixture,
  ICEHOUSE_SECRET,
  key,
  notificationBodies,
} from "../support/fixtures.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";

const judge = captureJudge();

function judgeDatagram(bytes: Uint8Array) {
  const decoded = decodeMsgpack(bytes);
  return decoded.ok ? judge(decoded.value) : decoded;
}

function resigned(record: MeteringRecord): readonly string[] {
  return [CAPTURE_SECRET, ICEHOUSE_SECRET].map((secret) => sign(toMessage(record), key(secret), record.dialect) ?? "");
}

describe("a captured message", () => {
  const frames = splitFrames(fixture("tcp/stream_20.0.0.bin")).flatMap((frame) => (frame.ok ? [frame.value] : []));

  it("is genuine, and gives its signature again when it is signed from its parsed fields: datagrams and frames", () => {
    const judged = [...datagrams(), ...frames].map(judgeDatagram);
    const records = judged.flatMap((result) => (result.ok ? [result.value] : []));
    expect([datagrams().length, frames.length, records.length]).toEqual([120, 40, 160]);
    for (const record of records) expect(resigned(record)).toContain(record.message_signature);
  });

  it.each(Object.entries(notificationBodies()))(
    "is genuine unless its volume is not a finite number: %s",
    (_name, body) => {
      for (const value of envelopeValues(body)) {
        const result = judge(value);
        const volume = isValueMap(value) ? value.get("counter_volume") : undefined;
        const finite = typeof volume === "bigint" || (typeof volume === "number" && Number.isFinite(volume));
        const isEvent = isValueMap(value) && value.has("traits");
        expect(result.ok ? "recorded" : result.reason).toBe(finite || isEvent ? "recorded" : "invalid-sample");
        if (result.ok) expect(resigned(result.value)).toContain(result.value.message_signature);
      }
    },
  );

  it("is recorded in the first dialect that fits", () => {
    const judged = envelopeValues(notificationBodies().icehouse_rpc_cast ?? "").map(judge);
    expect(judged.map((result) => result.ok && result.value.dialect)).toEqual(["icehouse", "kilo"]);
  });

  it("is refused in a dialect that is not listed", () => {
    const py3Only = captureJudge(["py3"]);
    const judged = envelopeValues(notificationBodies().icehouse_rpc_cast ?? "").map(py3Only);
    expect(judged.map((result) => (result.ok ? "recorded" : result.reason))).toEqual([
      "bad-signature",
      "bad-signature",
    ]);
  });
});

/** What killed or passed the original, row by row of its specification, and what it is here. */
describe("a bad datagram", () => {
  const good = plainSample;
  const nested = (depth: number): Value => (depth === 0 ? new Map() : new Map([["a", nested(depth - 1)]]));
  const withSignature = (signature: Value): Value =>
    new Map([...signedMessage(good), ["message_signature", signature]]);

  it.each<[string, Uint8Array, string]>([
    ["empty", Buffer.alloc(0), "undecodable"],
    ["of the reserved byte", Buffer.of(0xc1), "undecodable"],
    ["that is cut off", encodeMsgpack(signedMessage(good)).subarray(0, 100), "undecodable"],
    ["with a trailing byte", Buffer.concat([encodeMsgpack(signedMessage(good)), Buffer.of(0)]), "undecodable"],
    ["with text that is not UTF-8", Buffer.from("81a161a1ff", "hex"), "undecodable"],
    ["nested too deep", encodeMsgpack(nested(1_100)), "undecodable"],
    ["nested as deep as the original's stack could not take", encodeMsgpack(nested(990)), "undecodable"],
    ["without a signature", encodeMsgpack(new Map(Object.entries(good))), "unsigned"],
    [
      "with a wrong signature",
      encodeMsgpack(new Map([...signedMessage(good), ["counter_volume", 1n] as const])),
      "bad-signature",
    ],
    ["signed, without a meter", encodeMsgpack(signedMessage({ ...good, counter_name: undefined })), "invalid-sample"],
    ["that is a list", encodeMsgpack([signedMessage(good)]), "not-a-sample"],
    ["that is a number, the single byte 0x07", Buffer.of(7), "not-a-sample"],
    ["that is nil", Buffer.of(0xc0), "not-a-sample"],
    ["that is text", encodeMsgpack("hello"), "not-a-sample"],
    ["with a number for a signature", encodeMsgpack(withSignature(7n)), "bad-signature"],
    ["with nil for a signature", encodeMsgpack(withSignature(null)), "unsigned"],
    ["with a list for a signature", encodeMsgpack(withSignature(["x"])), "bad-signature"],
    ["with a map for a signature", encodeMsgpack(withSignature(new Map([["x", 1n]]))), "bad-signature"],
    ["with a signature beyond ASCII", encodeMsgpack(withSignature("é".repeat(64))), "bad-signature"],
    [
      "with its signature in capitals",
      encodeMsgpack(withSignature(String(signedMessage(good).get("message_signature")).toUpperCase())),
      "bad-signature",
    ],
    [
      "with its signature and a line feed",
      encodeMsgpack(withSignature(`${signedMessage(good).get("message_signature")}\n`)),
      "bad-signature",
    ],
    ["with names of two types", Buffer.from("82a16101c4016202", "hex"), "unsigned"],
    ["with names that are numbers", Buffer.from("8201a16102a162", "hex"), "undecodable"],
    [
      "with bytes in a list that are not UTF-8",
      encodeMsgpack(
        new Map<string, Value>([
          ...Object.entries(good),
          ["resource_metadata", new Map([["l", [Uint8Array.of(0xff)]]])],
          ["message_signature", "0".repeat(64)],
        ]),
      ),
      "bad-signature",
    ],
  ])("%s is rejected with its reason, and the next good one is recorded", (_what, bytes, reason) => {
    expect(judgeDatagram(bytes)).toMatchObject({ ok: false, reason });
    expect(judgeDatagram(encodeMsgpack(signedMessage(good))).ok).toBe(true);
  });

  it("with a signed map of mixed names in its metadata can't have been signed by Python 3, and does not verify", () => {
    const mixed = new Map<string, Value>([
      ["a", 1n],
      [bytesKey(Buffer.of(0xff)), 2n],
    ]);
    const message = new Map<string, Value>([
      ...Object.entries(good),
      ["resource_metadata", mixed],
      ["message_signature", "0".repeat(64)],
    ]);
    expect(judge(message)).toMatchObject({ ok: false, reason: "bad-signature" });
  });

  it("whose text to sign would be a thousand times its size is refused before it is signed", () => {
    const leaves = new Map(Array.from({ length: 2_000 }, (_, index) => [`k${index}`, 1n] as const));
    const message = new Map<string, Value>([
      ["x".repeat(30_000), leaves],
      ["message_signature", "0".repeat(64)],
    ]);
    expect(judge(message)).toEqual({ ok: false, reason: "too-large", detail: "the text to sign is too long" });
  });
});

describe("a signed sample", () => {
  it("becomes a value with everything that was signed, and the time in UTC", () => {
    const message = signedMessage({
      ...plainSample,
      timestamp: "2022-09-30T14:00:00.5+02:00",
      user_name: null,
      publisher_id: "compute-3",
    });
    expect(judge(message)).toEqual({
      ok: true,
      value: {
        ...plainSample,
        kind: "sample",
        dialect: "py3",
        timestamp: "2022-09-30T14:00:00.5+02:00",
        time: "2022-09-30T12:00:00.500000Z",
        user_name: null,
        publisher_id: "compute-3",
        message_signature: message.get("message_signature"),
        extra: new Map(),
      },
    });
  });

  it("may carry its signature as bytes, and keeps it as text", () => {
    const message = signedMessage(plainSample);
    const text = String(message.get("message_signature"));
    const judged = judge(new Map([...message, ["message_signature", Buffer.from(text)] as const]));
    expect(judged.ok && judged.value.message_signature).toBe(text);
  });

  it.each<[string, Value | undefined, string]>([
    ["source", undefined, "source is missing"],
    ["source", 1n, "source: expected text, got 1"],
    ["counter_name", "", 'counter_name: expected text that is not empty, got ""'],
    ["counter_type", "Gauge", 'counter_type: expected gauge, delta, cumulative, got "Gauge"'],
    ["counter_unit", null, "counter_unit: expected text, got null"],
    ["counter_volume", Number.NaN, 'counter_volume: expected a finite number, got {"$float":"nan"}'],
    ["counter_volume", Number.POSITIVE_INFINITY, 'counter_volume: expected a finite number, got {"$float":"inf"}'],
    ["counter_volume", Number.NEGATIVE_INFINITY, 'counter_volume: expected a finite number, got {"$float":"-inf"}'],
    ["counter_volume", true, "counter_volume: expected a finite number, got true"],
    ["counter_volume", null, "counter_volume: expected a finite number, got null"],
    ["counter_volume", "1", 'counter_volume: expected a finite number, got "1"'],
    ["user_id", 5n, "user_id: expected text or null, got 5"],
    ["user_id", undefined, "user_id is missing"],
    ["project_id", undefined, "project_id is missing"],
    ["project_name", 1.5, "project_name: expected text or null, got 1.5"],
    ["resource_id", null, "resource_id: expected text that is not empty, got null"],
    ["resource_metadata", undefined, "resource_metadata is missing"],
    ["resource_metadata", [1n], "resource_metadata: expected a map or null, got [1]"],
    ["timestamp", undefined, "timestamp is missing"],
    ["timestamp", "now", 'timestamp: expected a time such as 2022-09-30T12:00:00.123456, got "now"'],
    ["timestamp", 1n, "timestamp: expected a time such as 2022-09-30T12:00:00.123456, got 1"],
    ["message_id", undefined, "message_id is missing"],
    ["message_id", "", 'message_id: expected text that is not empty, got ""'],
    ["monotonic_time", "1", 'monotonic_time: expected a finite number, got "1"'],
    ["source", Uint8Array.of(1), 'source: expected text, got {"$bytes":"AQ=="}'],
    ["counter_unit", ["x".repeat(200)], `counter_unit: expected text, got ["${"x".repeat(78)}…`],
  ])("whose %s is %o is invalid, and the detail says so", (name, value, detail) => {
    expect(judge(signedMessage({ ...plainSample, [name]: value }))).toEqual({
      ok: false,
      reason: "invalid-sample",
      detail,
    });
  });

  it("with several faults has all of them in the detail", () => {
    const judged = judge(signedMessage({ ...plainSample, source: null, counter_unit: 1n }));
    expect(judged).toMatchObject({ detail: "source: expected text, got null; counter_unit: expected text, got 1" });
  });
});

/** The text has no separators: each of these has the very signature of a genuine sample. */
describe("a re-cut sample", () => {
  const { monotonic_time: _, ...withoutMonotonic } = plainSample;
  const tcp: Readonly<Record<string, Value>> = {
    ...plainSample,
    project_name: "demo",
    publisher_id: "compute-3",
    user_name: "admin",
  };

  it.each<[string, Readonly<Record<string, Value | undefined>>, Readonly<Record<string, Value | undefined>>]>([
    [
      "monotonic_time in message_id",
      plainSample,
      { ...withoutMonotonic, message_id: `${plainSample.message_id}monotonic_time71234.902137612` },
    ],
    [
      "project_name in project_id",
      tcp,
      { ...tcp, project_name: undefined, project_id: `${tcp.project_id}project_namedemo` },
    ],
    [
      "publisher_id in project_name",
      tcp,
      { ...tcp, publisher_id: undefined, project_name: "demopublisher_idcompute-3" },
    ],
    [
      "both in project_id",
      tcp,
      {
        ...tcp,
        publisher_id: undefined,
        project_name: undefined,
        project_id: `${tcp.project_id}project_namedemopublisher_idcompute-3`,
      },
    ],
    ["user_name in user_id", tcp, { ...tcp, user_name: undefined, user_id: `${tcp.user_id}user_nameadmin` }],
    [
      "metadata in resource_id",
      plainSample,
      {
        ...plainSample,
        resource_metadata: new Map(),
        resource_id: `${plainSample.resource_id}resource_metadata:display_nameweb-01`,
      },
    ],
    [
      "no metadata in resource_id",
      { ...plainSample, resource_metadata: null },
      { ...plainSample, resource_metadata: new Map(), resource_id: `${plainSample.resource_id}resource_metadataNone` },
    ],
  ])("with %s is ambiguous", (_what, genuine, recut) => {
    const signature = signedMessage(genuine).get("message_signature");
    const message = new Map<string, Value>();
    for (const [name, value] of Object.entries(recut)) if (value !== undefined) message.set(name, value);
    message.set("message_signature", signature ?? null);
    expect(canonicalText(message, "py3")).toEqual(canonicalText(signedMessage(genuine), "py3"));
    expect(judge(message)).toMatchObject({ ok: false, reason: "ambiguous" });
    expect(judge(signedMessage(genuine)).ok).toBe(true);
  });

  it.each<[string, Readonly<Record<string, Value>>, Readonly<Record<string, Value>>]>([
    [
      "an instance's name",
      { resource_metadata: new Map([["display_name", "foosourcexsourceopenstacktimestamp2030-01-01user_idy"]]) },
      {
        resource_metadata: new Map([["display_name", "foo"]]),
        source: "xsourceopenstack",
        timestamp: "2030-01-01",
        user_id: "ysourceopenstacktimestamp2022-09-30T12:00:00.123456user_id8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
      },
    ],
    [
      "a container's name",
      { resource_id: "p1/asourcebtimestamp2030user_idy" },
      {
        resource_id: "p1/a",
        source: "b",
        timestamp: "2030",
        resource_metadata: new Map(),
        user_id:
          "yresource_metadata:display_nameweb-01sourceopenstacktimestamp2022-09-30T12:00:00.123456user_id8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
      },
    ],
    [
      "a container's name, into the source alone",
      { resource_id: "p1/asourceb" },
      {
        resource_id: "p1/a",
        resource_metadata: new Map(),
        source: "bresource_metadata:display_nameweb-01sourceopenstack",
      },
    ],
    [
      "an instance's name, into an optional field",
      { resource_metadata: new Map([["display_name", "foosourcextimestamp2030user_idyuser_namez"]]) },
      {
        resource_metadata: new Map([["display_name", "foo"]]),
        source: "x",
        timestamp: "2030",
        user_id: "y",
        user_name: "zsourceopenstacktimestamp2022-09-30T12:00:00.123456user_id8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
      },
    ],
  ])("cut at the names that a tenant put into %s is ambiguous", (_what, genuine, recut) => {
    const signed = signedMessage({ ...plainSample, ...genuine });
    const message = new Map<string, Value>([
      ...Object.entries({ ...plainSample, ...recut }),
      ["message_signature", signed.get("message_signature") ?? null],
    ]);
    expect(canonicalText(message, "py3")).toEqual(canonicalText(signed, "py3"));
    expect(judge(message)).toMatchObject({ ok: false, reason: "ambiguous" });
  });

  it("with a name that no release sends is ambiguous, unless a setting allows it", () => {
    const message = signedMessage({ ...plainSample, region: "north" });
    expect(judge(message)).toEqual({
      ok: false,
      reason: "ambiguous",
      detail: '"region" is not a name that Ceilometer signs',
    });
    const allowing = createJudge({ secrets: [key(CAPTURE_SECRET)], dialects, extraFields: ["region"] });
    const judged = allowing(message);
    expect(judged.ok && judged.value.extra).toEqual(new Map([["region", "north"]]));
  });

  it("that hides an allowed name is ambiguous too", () => {
    const allowing = createJudge({ secrets: [key(CAPTURE_SECRET)], dialects, extraFields: ["region"] });
    const hidden = signedMessage({ ...plainSample, project_id: `${plainSample.project_id}regionnorth` });
    expect(allowing(hidden)).toMatchObject({ ok: false, reason: "ambiguous" });
  });

  it("of an event, with raw in message_id, is ambiguous", () => {
    const genuine = { ...plainEvent, raw: new Map([["a", 1n]]) };
    const message = new Map<string, Value>(
      Object.entries({ ...plainEvent, message_id: `${plainEvent.message_id}raw:a1` }),
    );
    message.set("message_signature", signedMessage(genuine).get("message_signature") ?? null);
    expect(judge(message)).toMatchObject({ ok: false, reason: "ambiguous" });
  });
});

describe("a signed event", () => {
  it("becomes a value with everything that was signed", () => {
    const message = signedMessage(plainEvent);
    expect(judge(message)).toEqual({
      ok: true,
      value: {
        ...plainEvent,
        kind: "event",
        dialect: "py3",
        time: "2022-09-30T12:00:00.000005Z",
        message_signature: message.get("message_signature"),
        extra: new Map(),
      },
    });
  });

  it("may lack the raw notification, as before Liberty", () => {
    const judged = judge(signedMessage({ ...plainEvent, raw: undefined }));
    expect(judged.ok && judged.value.kind === "event" && judged.value.raw).toBe(undefined);
  });

  it.each<[string, Value | undefined, string]>([
    ["traits", undefined, "traits is missing"],
    ["traits", "x", 'traits: expected a list, got "x"'],
    ["traits", [["a", 1n]], 'traits: expected a list of [name, type 0 to 4, value], got ["a",1]'],
    ["traits", [["a", 5n, null]], 'traits: expected a list of [name, type 0 to 4, value], got ["a",5,null]'],
    ["traits", [[1n, 1n, null]], "traits: expected a list of [name, type 0 to 4, value], got [1,1,null]"],
    ["generated", "yesterday", 'generated: expected a time such as 2022-09-30T12:00:00.123456, got "yesterday"'],
    ["event_type", "", 'event_type: expected text that is not empty, got ""'],
    ["raw", 1n, "raw: expected a map or null, got 1"],
  ])("whose %s is %o is invalid", (name, value, detail) => {
    expect(judge(signedMessage({ ...plainEvent, [name]: value }))).toEqual({
      ok: false,
      reason: "invalid-sample",
      detail,
    });
  });
});

describe("one flipped bit", () => {
  // What the signature does not cover, said in docs/protocol.md: an empty map leaves no mark, nor does its name.
  it("in a captured datagram verifies under Python 3's dialect only inside the name of an empty map", () => {
    const py3Only = captureJudge(["py3"]);
    let accepted = 0;
    for (const datagram of datagrams().filter((_, index) => index % 10 === 4)) {
      const original = withoutEmptyMaps(decodedMap(datagram));
      for (const { flipped } of flips(datagram)) {
        const decoded = decodeMsgpack(flipped);
        if (!decoded.ok || !py3Only(decoded.value).ok) continue;
        accepted++;
        expect(withoutEmptyMaps(decoded.value)).toEqual(original);
      }
    }
    expect(accepted).toBe(182);
  });

  it("never changes the text that was signed, in whichever dialect it verifies", () => {
    for (const datagram of datagrams().filter((_, index) => index % 40 === 1)) {
      const original = canonicalText(decodedMap(datagram), "py3");
      for (const { flipped } of flips(datagram)) {
        const decoded = decodeMsgpack(flipped);
        const result = decoded.ok ? judge(decoded.value) : decoded;
        if (result.ok && decoded.ok && isValueMap(decoded.value)) {
          expect(canonicalText(decoded.value, result.value.dialect)).toEqual(original);
        }
      }
    }
  });
});

function* flips(datagram: Buffer): Generator<{ readonly flipped: Buffer }> {
  const flipped = Buffer.from(datagram);
  for (const [at, byte] of datagram.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      flipped[at] = byte ^ (1 << bit);
      yield { flipped };
    }
    flipped[at] = byte;
  }
}

function withoutEmptyMaps(value: Value): Value {
  if (!isValueMap(value)) return value;
  const kept = Array.from(value, ([name, item]) => [name, withoutEmptyMaps(item)] as const);
  return new Map(kept.filter(([, item]) => !isValueMap(item) || item.size > 0));
}
