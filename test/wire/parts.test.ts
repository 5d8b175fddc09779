import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept } from "../../lib/sample/rejection.ts";
import type { Value } from "../../lib/sample/value.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { decodeJson, readJson } from "../../lib/wire/json-reader.ts";
import { messageLimits } from "../../lib/wire/limits.ts";
import { decodeMsgpack, readMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { skipMsgpack } from "../../lib/wire/msgpack-skip.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import { metadata } from "../support/record-arbitrary.ts";

const limits = { ...messageLimits, maxDepth: 6, maxMapLength: 3, maxArrayLength: 3, maxIntegerDigits: 5 };
const good = new Map<string, Value>([["a", 1n]]);

function chain(depth: number): Value {
  return depth === 0 ? 1n : [chain(depth - 1)];
}

function notification(payload: Value): Value {
  return new Map<string, Value>([
    ["event_type", "metering"],
    ["payload", payload],
  ]);
}

function cast(data: Value): Value {
  return new Map<string, Value>([
    ["method", "record_metering_data"],
    ["args", new Map([["data", data]])],
  ]);
}

/** Each exceeds one limit inside of a map. */
const tooLarge: readonly (readonly [string, Value])[] = [
  ["entries", new Map(["a", "b", "c", "d"].map((name) => [name, new Map([["x", '}"\\']])]))],
  ["items", [1n, "]", [2n], new Map()]],
  ["depth", chain(9)],
  ["digits", 123_456n],
];

const carriers: readonly (readonly [string, (messages: readonly Value[]) => string])[] = [
  ["a list", (messages) => toExactJson(messages)],
  ["a notification", (messages) => toExactJson(notification(messages))],
  ["an RPC cast", (messages) => toExactJson(cast(messages))],
  ["base64 of a list", (messages) => encodeMsgpack(messages).toString("base64")],
  ["base64 of a notification", (messages) => encodeMsgpack(notification(messages)).toString("base64")],
];

describe("a message that exceeds a limit", () => {
  const cases = carriers.flatMap(([carrier, pack]) =>
    tooLarge
      // msgpack's integers have 20 digits at most.
      .filter(([limit]) => !carrier.startsWith("base64") || limit !== "digits")
      .map(([limit, value]) => [limit, carrier, pack, value] as const),
  );
  it.each(cases)("of %s is skipped in %s, and its neighbours are taken", (_limit, _carrier, pack, value) => {
    const body = pack([
      good,
      new Map([
        ["m", value],
        ["z", 2n],
      ] as const),
      good,
    ]);
    const decoded = decodeQueueBody(body, limits);
    expect(
      decoded.ok && decoded.value.messages.map(({ message }) => (message.ok ? message.value : message.reason)),
    ).toEqual([good, "too-large", good]);
  });

  it.each(tooLarge)("of %s is too large where it stands alone", (_limit, value) => {
    const map = new Map<string, Value>([["m", value]]);
    expect(decodeJson(toExactJson(map), limits)).toMatchObject({ ok: false, reason: "too-large" });
    const decoded = decodeQueueBody(toExactJson(map), limits);
    expect(decoded.ok ? decoded.value.messages : [{ message: decoded }]).toMatchObject([
      { message: { ok: false, reason: "too-large" } },
    ]);
  });

  it("is not taken for whole where what exceeds stands in a list of its own", () => {
    const event = new Map<string, Value>([
      ["event_type", "x"],
      ["traits", [new Map([["m", chain(9)]])]],
    ]);
    expect(decodeQueueBody(toExactJson(event), limits)).toMatchObject({
      value: { messages: [{ message: { ok: false, reason: "too-large" } }] },
    });
  });

  it("spoils the list where nobody can say where it ends", () => {
    for (const body of ['[{"a":1},{"m":[1,2,3,4', '[{"a":1},{"m":[1,2,3,4}']) {
      expect(decodeQueueBody(body, limits)).toMatchObject({ ok: false, reason: "undecodable" });
    }
    const bytes = encodeMsgpack([good, [1n, 2n, 3n, "cut off"]]);
    expect(readMsgpack(bytes.subarray(0, -1), limits)).toMatchObject({ ok: false, reason: "undecodable" });
  });

  it("is a whole list that is too long", () => {
    const long = [good, good, good, good];
    expect(readJson(toExactJson(long), limits)).toMatchObject({ ok: false, reason: "too-large" });
    expect(readMsgpack(encodeMsgpack(long), limits)).toMatchObject({ ok: false, reason: "too-large" });
  });
});

describe("what the messages of a list took", () => {
  it("is told for each, and is all but the list itself", () => {
    const items: readonly Value[] = [good, "text", new Map(), [1n]];
    const wide = { ...limits, maxArrayLength: 9 };
    expect(decodeQueueBody(encodeMsgpack(items).toString("base64"), wide)).toEqual(
      accept({
        messages: items.map((message) => ({ message: accept(message), size: encodeMsgpack(message).length })),
        publisher: undefined,
      }),
    );
    expect(decodeQueueBody(toExactJson(items), wide)).toEqual(
      accept({
        messages: items.map((message) => ({ message: accept(message), size: toExactJson(message).length })),
        publisher: undefined,
      }),
    );
  });
});

/** msgpack has no integers of more than 64 bits. */
function isPackable(value: Value): boolean {
  try {
    return encodeMsgpack(value).length > 0;
  } catch {
    return false;
  }
}

describe("skipMsgpack", () => {
  it("ends where reading does, whatever the values", () => {
    fc.assert(
      fc.property(fc.array(metadata(), { maxLength: 4 }), (maps) => {
        const values = maps.filter(isPackable);
        const bytes = Buffer.concat([...values.map(encodeMsgpack), Buffer.of(0xc0)]);
        expect(skipMsgpack(bytes, 0, values.length)).toBe(bytes.length - 1);
        if (values.length > 0) expect(skipMsgpack(bytes.subarray(0, -2), 0, values.length)).toBeUndefined();
      }),
    );
  });

  it("takes any bytes, and never goes beyond them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const end = skipMsgpack(Buffer.from(bytes), 0, 1) ?? 0;
        expect(end).toBeLessThanOrEqual(bytes.length);
        const decoded = decodeMsgpack(bytes);
        if (decoded.ok) expect(end).toBe(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it("does not believe a length", () => {
    const start = performance.now();
    expect(skipMsgpack(Buffer.from("dfffffffffc0", "hex"), 0, 1)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
