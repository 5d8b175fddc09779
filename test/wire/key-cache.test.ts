import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../lib/sample/value.ts";
import { KeyCache, MAX_CACHED_KEY } from "../../lib/wire/key-cache.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { anyCodePoint } from "../support/any-code-point.ts";
import { decodedMap } from "../support/fixtures.ts";

function find(cache: KeyCache, text: string): string | undefined {
  const bytes = Buffer.from(text);
  return cache.find(bytes, 0, bytes.length);
}

function keep(cache: KeyCache, text: string): void {
  const bytes = Buffer.from(text);
  cache.keep(bytes, 0, bytes.length, text);
}

describe("KeyCache", () => {
  it("finds exactly the names that it keeps", () => {
    const cache = new KeyCache();
    for (const name of ["name", "日本", "__proto__", "10", ""]) {
      keep(cache, name);
      expect(find(cache, name)).toBe(name);
    }
    expect(["nam", "names", "Name", "日", "1"].map((name) => find(cache, name))).toEqual(Array(5).fill(undefined));
  });

  it("finds a name wherever it stands in the bytes", () => {
    const cache = new KeyCache();
    cache.keep(Buffer.from("..name.."), 2, 4, "name");
    expect(cache.find(Buffer.from("name"), 0, 4)).toBe("name");
    expect(cache.find(Buffer.from("......name"), 6, 4)).toBe("name");
  });

  it("never depends on the bytes that a name was read from", () => {
    const cache = new KeyCache();
    const bytes = Buffer.from("name");
    cache.keep(bytes, 0, 4, "name");
    bytes.fill("x");
    expect(find(cache, "name")).toBe("name");
    expect(find(cache, "xxxx")).toBeUndefined();
  });

  it("answers with the right text or none, however many names it is given", () => {
    const cache = new KeyCache();
    const names = Array.from({ length: 20_000 }, (_, index) => `name ${index}`);
    for (const name of names) keep(cache, name);
    const found = names.filter((name) => find(cache, name) !== undefined);
    expect(found.map((name) => find(cache, name))).toEqual(found);
    expect(found.length).toBeGreaterThan(1_000);
    expect(found.length).toBeLessThan(5_000);
  });
});

describe("decodeMsgpack, which remembers names", () => {
  it("reads names the second time as it did the first", () => {
    const name = fc.oneof(
      fc.string({ unit: anyCodePoint, maxLength: 12 }),
      fc.string({ minLength: MAX_CACHED_KEY - 1, maxLength: MAX_CACHED_KEY + 1 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40 }), (names) => {
        const map = new Map<string, Value>(names.map((one, index) => [one, BigInt(index)]));
        const bytes = encodeMsgpack(map);
        expect(Array.from(decodedMap(bytes))).toEqual(Array.from(map));
        expect(Array.from(decodedMap(bytes))).toEqual(Array.from(map));
      }),
    );
  });

  it("refuses a name that is not UTF-8 each time", () => {
    const detail = "msgpack: text that is not UTF-8 at byte 2";
    for (const bytes of [Buffer.from("81a2c08001", "hex"), Buffer.from("81a2c08001", "hex")]) {
      expect(decodeMsgpack(bytes)).toEqual({ ok: false, reason: "undecodable", detail });
    }
  });

  it("holds a name that it knows to the limits", () => {
    const known = Buffer.from("81a3616263c0", "hex");
    expect(decodeMsgpack(known).ok).toBe(true);
    expect(decodeMsgpack(known.subarray(0, 4))).toEqual({
      ok: false,
      reason: "undecodable",
      detail: "msgpack: ends too early at byte 2",
    });
    const limits = {
      maxBytes: 9,
      maxDepth: 9,
      maxMapLength: 9,
      maxArrayLength: 9,
      maxStringLength: 2,
      maxIntegerDigits: 9,
    };
    expect(decodeMsgpack(known, limits)).toEqual({
      ok: false,
      reason: "too-large",
      detail: "msgpack: a string of 3 bytes; the limit is 2 at byte 2",
    });
  });
});
