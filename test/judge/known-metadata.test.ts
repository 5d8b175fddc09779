import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJudge, type Judge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { contentDigest } from "../../lib/sample/content.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { toMessage } from "../../lib/sample/message.ts";
import type { Receipt } from "../../lib/sample/receipt.ts";
import type { Result } from "../../lib/sample/rejection.ts";
import { type Dialect, dialects } from "../../lib/sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { toSampleItems } from "../../lib/storage/dynamodb/layout/sample-items.ts";
import { toRow } from "../../lib/storage/rows/record-row.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { KnownMetadata } from "../../lib/wire/known-metadata.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { CAPTURE_SECRET, datagrams, key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { samples } from "../support/record-arbitrary.ts";
import { v2Key } from "../support/v2-keys.ts";

const receipt: Receipt = { listener: "udp", address: "127.0.0.1", receivedAt: Date.parse("2022-09-30T12:00:00Z") };

function judgeWith(metadata: KnownMetadata): Judge {
  return createJudge({
    keys: fixedKeys([legacyKey("one", key(CAPTURE_SECRET)), v2Key("pub-7")]),
    dialects,
    extraFields: [],
    metadata,
  });
}

function bytesOf(fields: Readonly<Record<string, Value | undefined>>, dialect: Dialect = "py3"): Uint8Array {
  return encodeMsgpack(signedMessage({ ...plainSample, ...fields }, dialect));
}

/** All that storages are told, with what is not told of a value by `toEqual`: the order of names. */
function spelled(results: readonly Result<Genuine>[]): readonly unknown[] {
  return results.map((result) => {
    if (!result.ok) return result;
    const { record, ...proof } = result.value;
    const items = record.kind === "sample" ? toSampleItems(record) : undefined;
    return [proof, toRow(record), contentDigest(record), items, JSON.stringify([...toMessage(record).keys()])];
  });
}

function metadataOf(judge: Judge, bytes: Uint8Array): ValueMap | null {
  const [judged] = judge.bytes(bytes, receipt);
  if (judged?.ok !== true || judged.value.record.kind !== "sample") throw new Error("not a genuine sample");
  return judged.value.record.resource_metadata;
}

describe("metadata that came before", () => {
  it("is one value from the second time on", () => {
    const judge = judgeWith(new KnownMetadata());
    const all = [1n, 2n, 3n].map((counter_volume) => metadataOf(judge, bytesOf({ counter_volume })));
    expect(all[1]).toBe(all[2]);
    expect(all[0]).toEqual(all[1]);
  });

  it("is known of proved messages alone", () => {
    const metadata = new KnownMetadata();
    const forged = Buffer.from(bytesOf({}));
    const signature = forged.indexOf("message_signature") + "message_signature".length + 2;
    forged.fill("0", signature, signature + 64);
    expect(judgeWith(metadata).bytes(forged, receipt)[0]).toMatchObject({ ok: false, reason: "bad-signature" });
    expect(metadata.bytes).toBe(0);
  });

  it("changes nothing but the time it takes: captures are judged and stored the same, the second and the third time", () => {
    const [judge, plain] = [judgeWith(new KnownMetadata()), judgeWith(new KnownMetadata({ mostBytes: 0 }))];
    for (const bytes of [...datagrams(), ...datagrams(), ...datagrams()]) {
      expect(spelled(judge.bytes(bytes, receipt))).toEqual(spelled(plain.bytes(bytes, receipt)));
    }
  });

  it("is told apart from whatever else comes of its resource, in every dialect", () => {
    const few = fc.constantFrom("vm-1", "vm-2", "vm-1/a");
    const change = fc.tuple(samples(), few, few, fc.constantFrom(...dialects), fc.boolean());
    const metadata = new KnownMetadata({ mostBytes: 65_536 });
    const [judge, plain] = [judgeWith(metadata), judgeWith(new KnownMetadata({ mostBytes: 0 }))];
    fc.assert(
      fc.property(change, ([{ resource_metadata }, resource_id, display_name, dialect, isNested]) => {
        const own = new Map<string, Value>([...(resource_metadata ?? []), ["display_name", display_name]]);
        const value = isNested ? new Map<string, Value>([["inner", own]]) : own;
        const bytes = signable({ resource_id, resource_metadata: value }, dialect);
        if (bytes === undefined) return;
        for (const again of [bytes, bytes]) {
          expect(spelled(judge.bytes(again, receipt))).toEqual(spelled(plain.bytes(again, receipt)));
        }
      }),
      { numRuns: 500 },
    );
    expect(metadata.bytes).toBeGreaterThan(0);
  });

  it("is found behind its resource's id, and is decoded as ever where that comes later", () => {
    const judge = judgeWith(new KnownMetadata());
    const message = signedMessage(plainSample);
    const resource = message.get("resource_id") ?? null;
    const late = new Map([...message].filter(([name]) => name !== "resource_id"));
    late.set("resource_id", resource);
    const all = [late, late].map((one) => metadataOf(judge, encodeMsgpack(one)));
    expect(all[0]).toEqual(all[1]);
    expect(all[0]).not.toBe(all[1]);
  });

  it("does not end a message that ends within it", () => {
    const judge = judgeWith(new KnownMetadata());
    const bytes = bytesOf({});
    judge.bytes(bytes, receipt);
    const inside = Buffer.from(bytes).indexOf("display_name") + 20;
    expect(judge.bytes(bytes.subarray(0, inside), receipt)).toMatchObject([{ ok: false, reason: "undecodable" }]);
  });
});

describe("metadata that came before in another form", () => {
  const envelope = (messages: readonly Value[]) =>
    sealEnvelope(messages, { keyId: "pub-7", secret: v2Key("pub-7").secret, sentAt: receipt.receivedAt });
  const messages = [1n, 2n, 3n].map((counter_volume) => signedMessage({ ...plainSample, counter_volume }));
  const sent = (): readonly (readonly [form: string, judged: (judge: Judge) => readonly Result<Genuine>[]])[] => {
    const queue: Receipt = { ...receipt, listener: "queue" };
    const list = toExactJson([...messages]);
    const bodies = {
      "a list": list,
      "a message": toExactJson(messages[0] ?? null),
      "a notification": `{"event_type": "metering", "payload": ${list.replaceAll('","', '", "')}}`,
      "a cast": `{"method": "record", "args": {"data": ${list}}}`,
      "an envelope of oslo": JSON.stringify({
        "oslo.version": "2.0",
        "oslo.message": `{"event_type":"m","payload":${list}}`,
      }),
      "base64 of msgpack": Buffer.from(encodeMsgpack([...messages])).toString("base64"),
    };
    return [
      ...Object.entries(bodies).map(([form, body]) => [form, (judge: Judge) => judge.text(body, {}, queue)] as const),
      ["signature v2", (judge) => judge.bytes(envelope(messages), receipt)],
      ["a datagram", (judge) => judge.bytes(encodeMsgpack(messages[0] ?? null), receipt)],
    ];
  };

  it("changes nothing but the time it takes, whatever form came first", () => {
    for (const [first, before] of sent()) {
      const metadata = new KnownMetadata();
      const [judge, plain] = [judgeWith(metadata), judgeWith(new KnownMetadata({ mostBytes: 0 }))];
      expect(
        before(judge).every(({ ok }) => ok),
        first,
      ).toBe(true);
      expect(metadata.bytes, first).toBeGreaterThan(0);
      for (const [form, judged] of sent())
        expect(spelled(judged(judge)), `${first}, ${form}`).toEqual(spelled(judged(plain)));
    }
  });

  it.each(sent().map(([form, judged]) => ({ form, judged })))(
    "is one value from the second time on: $form",
    ({ judged }) => {
      const judge = judgeWith(new KnownMetadata());
      judged(judge);
      const again = [...judged(judge), ...judged(judge)].map((one) =>
        one.ok && one.value.record.kind === "sample" ? one.value.record.resource_metadata : undefined,
      );
      expect(again.length).toBeGreaterThan(1);
      expect(new Set(again).size).toBe(1);
    },
  );
});

describe("the memory of metadata", () => {
  it("keeps most of what it has, so that a share is found again however many resources are polled in turn", () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const versions = Array.from({ length: 1_000 }, (_, index) =>
      Buffer.from(encodeMsgpack(new Map([["name", `${index}`]]))),
    );
    const own = new KnownMetadata();
    for (const [index, bytes] of versions.entries()) own.keep(`${index}`, bytes);
    const metadata = new KnownMetadata({ mostBytes: own.bytes / 2, random });
    const rounds = Array.from({ length: 10 }, () => {
      let found = 0;
      for (const [index, bytes] of versions.entries()) {
        if (metadata.at(`${index}`, bytes, 0) === undefined) metadata.keep(`${index}`, bytes);
        else found++;
      }
      return found;
    });
    expect(Math.min(...rounds.slice(1))).toBeGreaterThan(300);
    expect(metadata.bytes).toBeLessThanOrEqual(own.bytes / 2);
  });

  it("holds four versions of a resource, and none that is empty, no map, or longer than 16 KiB", () => {
    const metadata = new KnownMetadata();
    const versions = Array.from({ length: 9 }, (_, index) => Buffer.from(encodeMsgpack(new Map([["a", `${index}`]]))));
    for (const bytes of versions) metadata.keep("r", bytes);
    expect(versions.map((bytes) => metadata.at("r", bytes, 0) !== undefined)).toEqual(
      versions.map((_, index) => index >= 5),
    );
    const before = metadata.bytes;
    for (const value of [new Map(), null, "text", new Map([["a", "x".repeat(16_384)]])]) {
      metadata.keep("other", Buffer.from(encodeMsgpack(value)));
    }
    expect(metadata.bytes).toBe(before);
  });

  it.each([
    ["as instances have it", 24, 12],
    ["of many names", 200, 2],
    ["of long text", 1, 8_000],
    ["of short names", 400, 0],
  ])("holds less than it says: metadata %s", (_what, names, length) => {
    const mostBytes = 24 * 1_048_576;
    const before = held();
    const metadata = new KnownMetadata({ mostBytes });
    const judge = judgeWith(metadata);
    let last: unknown;
    for (let resource = 0; metadata.bytes < 0.9 * mostBytes; resource++) {
      const fields = Array.from(
        { length: names },
        (_, index) => [`n${index}`, `${resource}`.padEnd(length, "x")] as const,
      );
      const bytes = bytesOf({ resource_id: `${resource}`, resource_metadata: new Map<string, Value>(fields) });
      // Once to be kept, and once more to have everything made of it that is kept beside it.
      for (const again of [bytes, bytes]) last = spelled(judge.bytes(again, receipt));
    }
    expect(held() - before).toBeLessThan(metadata.bytes);
    expect(last).toBeDefined();
  });
});

/** Undefined for what that generation of Ceilometer can't sign. */
function signable(fields: Readonly<Record<string, Value>>, dialect: Dialect): Uint8Array | undefined {
  try {
    const message = signedMessage({ ...plainSample, ...fields }, dialect);
    return isValueMap(message) ? encodeMsgpack(message) : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes that live after a collection of garbage. */
function held(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
