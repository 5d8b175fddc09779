import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SpilledMessage } from "../../lib/dispatch/spill-queue.ts";
import { decodeSpillBatch, encodeSpillBatch, isSpillBatch, spillLimits } from "../../lib/queue/spill-batch.ts";
import { listenerNames } from "../../lib/sample/listener-name.ts";

const messages: fc.Arbitrary<readonly SpilledMessage[]> = fc.array(
  fc.record({
    bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    receipt: fc.record({
      listener: fc.constantFrom(...listenerNames),
      address: fc.option(fc.oneof(fc.ipV4(), fc.ipV6()), { nil: undefined }),
      receivedAt: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
    }),
  }),
  { minLength: 1, maxLength: 20 },
);

const one = { listener: "udp", address: "10.0.0.1", receivedAt: 1_790_000_000_000, bytes: "B4E=" };

function batchOf(...entries: readonly unknown[]): string {
  return JSON.stringify({ "countersign-spill": 1, messages: entries });
}

describe("a spill batch", () => {
  it("is what the queue's readers know", () => {
    const receipt = { listener: "udp", address: "10.0.0.1", receivedAt: 1_790_000_000_000 } as const;
    const nameless = { listener: "tcp", address: undefined, receivedAt: 1 } as const;
    const bytes = Uint8Array.of(7, 0x81);
    expect(
      encodeSpillBatch([
        { bytes, receipt },
        { bytes: bytes.subarray(1), receipt: nameless },
      ]),
    ).toBe(
      '{"countersign-spill":1,"messages":[' +
        '{"listener":"udp","address":"10.0.0.1","receivedAt":1790000000000,"bytes":"B4E="},' +
        '{"listener":"tcp","address":null,"receivedAt":1,"bytes":"gQ=="}]}',
    );
  });

  it("gives back every message with its receipt", () => {
    fc.assert(
      fc.property(messages, (all) => {
        const body = encodeSpillBatch(all);
        expect(isSpillBatch(body)).toBe(true);
        expect(decodeSpillBatch(body)).toEqual({ ok: true, messages: all, unreadable: [] });
      }),
    );
  });

  it("is told by how it begins", () => {
    const bodies = ["", "[]", '{"countersign":1}', ' {"countersign-spill":1}', '{"countersign-spill":1}'];
    expect(bodies.map(isSpillBatch)).toEqual([false, false, false, false, true]);
  });

  it.each<[string, string, string]>([
    ["not JSON", "{", "not a spill batch"],
    ["a list", "[]", "not a spill batch"],
    ["a further field", '{"countersign-spill":1,"messages":[],"more":1}', "not a spill batch"],
    ["an inherited field", '{"countersign-spill":1,"__proto__":[]}', "not a spill batch"],
    ["another version", JSON.stringify({ "countersign-spill": 2, messages: [one] }), "another version than 1"],
    ["no messages", batchOf(), "without messages"],
    ["messages that are none", '{"countersign-spill":1,"messages":{}}', "without messages"],
  ])("is undecodable with %s", (_what, body, detail) => {
    expect(decodeSpillBatch(body)).toEqual({
      ok: false,
      reason: "undecodable",
      detail: expect.stringContaining(detail),
    });
  });

  it.each<[string, unknown, string]>([
    ["nothing", null, "expected exactly listener, address, receivedAt, bytes"],
    ["a field too many", { ...one, key: "x" }, "expected exactly"],
    ["an unknown listener", { ...one, listener: "toString" }, "no such listener"],
    ["a name for an address", { ...one, address: "localhost" }, "neither an IP address nor null"],
    ["an endless address", { ...one, address: `fe80::1%${"a".repeat(80)}` }, "neither an IP address"],
    ["a time in text", { ...one, receivedAt: "1" }, "receivedAt is not a time"],
    ["half a millisecond", { ...one, receivedAt: 0.5 }, "receivedAt is not a time"],
    ["a time that no Date holds", { ...one, receivedAt: 8_640_000_000_000_001 }, "receivedAt is not a time"],
    ["no bytes", { ...one, bytes: "" }, "bytes is not base64"],
    ["odd base64", { ...one, bytes: "B4F=" }, "bytes is not base64"],
    ["base64 of URLs", { ...one, bytes: "-_-_" }, "bytes is not base64"],
    ["another listener and deep nesting", { ...one, listener: [[[]]] }, "no such listener"],
  ])("loses nothing but the message with %s", (_what, entry, detail) => {
    const rejection = { ok: false, reason: "undecodable", detail: expect.stringMatching(`^message 1 .*${detail}`) };
    const good = {
      bytes: Buffer.of(7, 0x81),
      receipt: { listener: "udp", address: "10.0.0.1", receivedAt: one.receivedAt },
    };
    expect(decodeSpillBatch(batchOf(one, entry, one))).toEqual({
      ok: true,
      messages: [good, good],
      unreadable: [{ text: JSON.stringify(entry), rejection }],
    });
  });

  it("throws at no nesting, which some releases of Node can read and not write", () => {
    const body = `{"countersign-spill":1,"messages":[${"[".repeat(400_000)}${"]".repeat(400_000)}]}`;
    const batch = decodeSpillBatch(body);
    expect(batch.ok ? batch.messages : []).toEqual([]);
    expect(batch.ok ? batch.unreadable[0]?.rejection : batch).toMatchObject({ ok: false, reason: "undecodable" });
  });

  it("says no address of a sender that had none any more, and of what is no address", () => {
    const bytes = Uint8Array.of(7);
    for (const address of ["", "localhost", `fe80::1%${"a".repeat(80)}`, undefined]) {
      const receipt = { listener: "tcp", address, receivedAt: 1 } as const;
      expect(decodeSpillBatch(encodeSpillBatch([{ bytes, receipt }]))).toEqual({
        ok: true,
        messages: [{ bytes: Buffer.from(bytes), receipt: { ...receipt, address: undefined } }],
        unreadable: [],
      });
    }
  });

  it("is too large above its limits, whatever is in it", () => {
    const large = [" ".repeat(spillLimits.bodyBytes + 1), batchOf(...Array(spillLimits.messages + 1).fill(one))];
    expect(large.map(decodeSpillBatch)).toEqual([
      { ok: false, reason: "too-large", detail: "a spill batch of 1048577 characters; at most 1048576" },
      { ok: false, reason: "too-large", detail: "a spill batch of 4097 messages; at most 4096" },
    ]);
    expect(decodeSpillBatch(batchOf(...Array(spillLimits.messages).fill(one)))).toMatchObject({ ok: true });
  });
});
