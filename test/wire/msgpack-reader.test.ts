import { decode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesKey, Timestamp, type Value } from "../../lib/sample/value.ts";
import { type DecodeLimits, datagramLimits, messageLimits } from "../../lib/wire/limits.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { datagrams, decodedMap } from "../support/fixtures.ts";

function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

describe("decodeMsgpack", () => {
  it.each<[string, Value]>([
    ["00", 0n],
    ["7f", 127n],
    ["e0", -32n],
    ["ff", -1n],
    ["cc ff", 255n],
    ["cd 00ff", 255n],
    ["cd 0100", 256n],
    ["cd ffff", 65_535n],
    ["ce ffffffff", 4_294_967_295n],
    ["cf ffffffffffffffff", 2n ** 64n - 1n],
    ["d0 80", -128n],
    ["d1 8000", -32_768n],
    ["d2 80000000", -2_147_483_648n],
    ["d3 8000000000000000", -(2n ** 63n)],
    ["cb 3ff0000000000000", 1],
    ["cb 8000000000000000", -0],
    ["cb 7ff0000000000000", Number.POSITIVE_INFINITY],
    ["cb fff8000000000000", Number.NaN],
    ["ca 3f800000", 1],
    ["c0", null],
    ["c2", false],
    ["c3", true],
    ["a0", ""],
    ["a3 e697a5", "日"],
    ["d9 04 f09f9880", "😀"],
    ["a3 efbbbf", "\ufeff"],
    ["c4 02 fffe", Uint8Array.of(0xff, 0xfe)],
    ["c5 0001 00", Uint8Array.of(0)],
    ["c6 00000000", new Uint8Array()],
    ["90", []],
    ["dc 0001 01", [1n]],
    ["dd 00000001 01", [1n]],
    ["80", new Map()],
    ["de 0001 a161 01", new Map([["a", 1n]])],
    ["df 00000001 a161 01", new Map([["a", 1n]])],
    ["81 a161 01", new Map([["a", 1n]])],
    ["81 c40161 01", new Map([[bytesKey(Buffer.from("a")), 1n]])],
    ["d6 ff 6336d840", new Timestamp(1_664_538_688n, 0)],
    ["d7 ff 00000004 00000001", new Timestamp(1n, 1)],
    ["c7 0c ff 00000001 ffffffffffffffff", new Timestamp(-1n, 1)],
  ])("reads %s", (bytes, value) => {
    expect(decodeMsgpack(hex(bytes))).toEqual({ ok: true, value });
  });

  it("keeps the last of equal keys, in the place of the first, as Python does", () => {
    const value = decodedMap(hex("83 a161 01 a162 02 a161 03"));
    expect(Array.from(value)).toEqual([
      ["a", 3n],
      ["b", 2n],
    ]);
  });

  it("keeps names that JavaScript objects treat specially", () => {
    const map = new Map<string, Value>([
      ["__proto__", 1n],
      ["constructor", 2n],
      ["10", 3n],
      ["9", 4n],
    ]);
    expect(Array.from(decodedMap(encodeMsgpack(map)))).toEqual(Array.from(map));
  });

  it.each([
    ["", "msgpack: ends too early at byte 0"],
    ["c1", "msgpack: reserved byte 0xc1 at byte 1"],
    ["81 a161", "msgpack: ends too early at byte 3"],
    ["81 a161 a6 6162", "msgpack: ends too early at byte 4"],
    ["81 a161 01 00", "not msgpack, or several values: 1 bytes are left"],
    ["a1 ff", "msgpack: text that is not UTF-8 at byte 1"],
    ["a2 c080", "msgpack: text that is not UTF-8 at byte 1"],
    ["a3 eda080", "msgpack: text that is not UTF-8 at byte 1"],
    ["81 01 01", "msgpack: a map key is neither text nor bytes at byte 1"],
    ["81 c0 01", "msgpack: a map key is neither text nor bytes at byte 1"],
    ["d4 05 00", "msgpack: extension type 5 at byte 2"],
    ["d5 ff 0000", "msgpack: a time stamp with a length or nanoseconds that none can have at byte 4"],
    ["d7 ff fffffffc00000000", "msgpack: a time stamp with a length or nanoseconds that none can have at byte 10"],
    ["cb 00", "msgpack: ends too early at byte 1"],
    ["c4", "msgpack: ends too early at byte 1"],
  ])("refuses %s", (bytes, detail) => {
    expect(decodeMsgpack(hex(bytes))).toEqual({ ok: false, reason: "undecodable", detail });
  });

  it.each<[string, Partial<DecodeLimits>, string, string]>([
    ["bytes", { maxBytes: 3 }, "a3 616263", "4 bytes; the limit is 3"],
    ["depth", { maxDepth: 1 }, "91 90", "msgpack: nests deeper than 1 at byte 2"],
    ["depth of maps", { maxDepth: 1 }, "81 a161 80", "msgpack: nests deeper than 1 at byte 4"],
    ["entries of a map", { maxMapLength: 0 }, "81 a161 01", "msgpack: a map of 1 entries; the limit is 0 at byte 1"],
    ["items of a list", { maxArrayLength: 1 }, "92 01 01", "msgpack: a list of 2 items; the limit is 1 at byte 1"],
    ["bytes of text", { maxStringLength: 2 }, "a3 616263", "msgpack: a string of 3 bytes; the limit is 2 at byte 1"],
    ["bytes of bytes", { maxStringLength: 0 }, "c4 01 00", "msgpack: a string of 1 bytes; the limit is 0 at byte 2"],
  ])("has a limit on the %s", (_what, limit, bytes, detail) => {
    const reason = "too-large";
    expect(decodeMsgpack(hex(bytes), { ...datagramLimits, ...limit })).toEqual({ ok: false, reason, detail });
  });

  it("takes no memory for a length that the bytes can't hold", () => {
    expect(decodeMsgpack(hex("dd ffffffff")).ok).toBe(false);
    expect(decodeMsgpack(hex("c6 ffffffff")).ok).toBe(false);
    expect(decodeMsgpack(hex("df ffffffff")).ok).toBe(false);
  });

  it("agrees with the library on the structure of every capture", () => {
    for (const datagram of datagrams()) {
      expect(loose(decodedMap(datagram))).toEqual(loose(library(datagram)));
    }
  });

  it("agrees with the library on any bytes that both can read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const ours = decodeMsgpack(bytes);
        if (!ours.ok) return;
        expect(loose(ours.value)).toEqual(loose(library(bytes)));
      }),
      { numRuns: 5_000 },
    );
  });

  it("reads back whatever the encoder wrote", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decodeMsgpack(encodeMsgpack(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it.each([65_530, 65_531, 200_000])("reads text of %i bytes, alone and among others", (length) => {
    for (const text of ["a".repeat(length), "é".repeat(length / 2)]) {
      const list = [text, "plain", "日本", text];
      expect(decodeMsgpack(encodeMsgpack(text), messageLimits)).toEqual({ ok: true, value: text });
      expect(decodeMsgpack(encodeMsgpack(list), messageLimits)).toEqual({ ok: true, value: list });
    }
  });

  it("does not keep the buffer that text came in", () => {
    const buffer = Buffer.from(encodeMsgpack(["some text longer than a word", "word"]));
    const decoded = decodeMsgpack(buffer);
    buffer.fill(0);
    expect(decoded).toEqual({ ok: true, value: ["some text longer than a word", "word"] });
  });

  it("does not keep the buffer that bytes came in", () => {
    const buffer = Buffer.from("c40101", "hex");
    const decoded = decodeMsgpack(buffer);
    buffer.fill(0);
    expect(decoded).toEqual({ ok: true, value: Uint8Array.of(1) });
  });
});

const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array(),
    fc.double(),
    fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
    fc.array(tie("value")),
    fc.array(fc.tuple(fc.string(), tie("value"))).map((entries) => new Map(entries)),
  ),
}));

function library(bytes: Uint8Array): unknown {
  return decode(bytes, {
    useBigInt64: true,
    mapKeyConverter: (name) => (name instanceof Uint8Array ? bytesKey(name) : String(name)),
  });
}

/** The difference between a float and an integer taken out, which the library can't tell; times as it gives them. */
function loose(value: unknown): unknown {
  if (value instanceof Timestamp) return "a time";
  if (value instanceof Date) return "a time";
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint8Array) return Array.from(value);
  if (Array.isArray(value)) return value.map(loose);
  if (value instanceof Map) return new Map(Array.from(value, ([name, item]) => [name, loose(item)]));
  if (typeof value === "object" && value !== null) {
    return new Map(Object.entries(value).map(([name, item]) => [name, loose(item)]));
  }
  return value;
}
