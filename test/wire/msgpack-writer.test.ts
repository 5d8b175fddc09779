import { readdirSync, readFileSync } from "node:fs";
import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesKey, Timestamp, type Value } from "../../lib/sample/value.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { anyCodePoint } from "../support/any-code-point.ts";

const datagrams = new URL("../fixtures/datagrams/", import.meta.url);
const names = readdirSync(datagrams).filter((name) => name.endsWith(".bin"));

function decoded(bytes: Uint8Array): Value {
  const result = decodeMsgpack(bytes, {
    maxBytes: 2 ** 20,
    maxDepth: 10,
    maxMapLength: 2 ** 17,
    maxArrayLength: 2 ** 17,
    maxStringLength: 2 ** 20,
    maxIntegerDigits: 20,
  });
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

describe("the msgpack encoder", () => {
  it("gives back every captured datagram byte for byte", () => {
    const changed = names.filter((name) => {
      const bytes = readFileSync(new URL(name, datagrams));
      return !encodeMsgpack(decoded(bytes)).equals(bytes);
    });
    expect([names.length, changed]).toEqual([120, []]);
  });

  it("gives back every random message that Python encoded", () => {
    const file = readFileSync(new URL("../fixtures/fuzz-vectors.json", import.meta.url), "utf8");
    const { vectors }: { vectors: readonly { hex: string }[] } = JSON.parse(file);
    const again = vectors.map(({ hex }) => encodeMsgpack(decoded(Buffer.from(hex, "hex"))).toString("hex"));
    expect(again).toEqual(vectors.map(({ hex }) => hex));
  });

  it.each<[Value, string]>([
    [127n, "7f"],
    [128n, "cc80"],
    [256n, "cd0100"],
    [65_536n, "ce00010000"],
    [2n ** 32n, "cf0000000100000000"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [-32n, "e0"],
    [-33n, "d0df"],
    [-128n, "d080"],
    [-129n, "d1ff7f"],
    [-32_769n, "d2ffff7fff"],
    [-(2n ** 31n) - 1n, "d3ffffffff7fffffff"],
    [-(2n ** 63n), "d38000000000000000"],
    [1, "cb3ff0000000000000"],
    [null, "c0"],
    [true, "c3"],
    [false, "c2"],
    ["", "a0"],
    [new Uint8Array([1]), "c40101"],
    [new Map([[bytesKey(Buffer.of(1)), []]]), "81c4010190"],
    [new Timestamp(1n, 0), "d6ff00000001"],
    [new Timestamp(1n, 1), "d7ff0000000400000001"],
    [new Timestamp(-1n, 1), "c70cff00000001ffffffffffffffff"],
  ])("writes %o as Python does", (value, hex) => {
    expect(encodeMsgpack(value).toString("hex")).toBe(hex);
  });

  it.each([0, 15, 16, 31, 32, 255, 256, 65_535, 65_536])("agrees with the library on a length of %d", (length) => {
    const text = "x".repeat(length);
    const list = new Array<null>(length).fill(null);
    for (const value of [text, new Uint8Array(length), list]) {
      expect(encodeMsgpack(value).equals(encode(value))).toBe(true);
    }
    const map = new Map(list.map((_, index) => [`k${index}`, null] as const));
    expect(encodeMsgpack(map).equals(encode(Object.fromEntries(map)))).toBe(true);
  });

  it("gives values from which the decoder reads the same again", () => {
    const leaf = fc.oneof(
      fc.constantFrom(null, true, false),
      fc.string({ unit: anyCodePoint }),
      fc.uint8Array(),
      fc.double(),
      fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
    );
    const { value } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie("value")),
        fc.array(fc.tuple(fc.string({ unit: anyCodePoint }), tie("value"))).map((entries) => new Map(entries)),
      ),
    }));
    fc.assert(
      fc.property(value, (sent) => {
        expect(decoded(encodeMsgpack(sent))).toEqual(sent);
      }),
    );
  });

  it("refuses an integer beyond 64 bits", () => {
    expect(() => encodeMsgpack(2n ** 64n)).toThrow(RangeError);
    expect(() => encodeMsgpack(-(2n ** 63n) - 1n)).toThrow(RangeError);
  });
});
