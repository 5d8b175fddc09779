import { bytesKey, Timestamp, type Value } from "../../lib/sample/value.ts";
import { randomInteger, randomText, randomValue } from "../interop/random-message.ts";
import type { Random } from "../support/random.ts";

/** Any value at all, now and then one at or beyond a limit. */
export function oddValue(random: Random): Value {
  if (random.chance(0.005)) return random.pick(EXTREME)(random);
  return random.chance(0.3) ? random.pick(ODD) : randomValue(random, random.chance(0.5) ? 3 : 4);
}

export function oddName(random: Random): string {
  if (random.chance(0.05)) return bytesKey(Buffer.from(randomText(random)));
  return random.chance(0.6) ? random.pick(NAMES) : randomText(random);
}

/** A value such as a publisher could well send in this field, so that a mutant signed again reaches storage. */
export function plausibleValue(name: string, random: Random): Value {
  switch (name) {
    case "timestamp":
    case "generated":
      return random.pick(TIMES);
    case "counter_type":
      return random.pick(["gauge", "delta", "cumulative"]);
    case "counter_volume":
    case "monotonic_time":
      return random.chance(0.5) ? randomInteger(random) : random.pick(VOLUMES);
    case "traits":
      return [[randomText(random), BigInt(random.integer(6)), randomValue(random, 3)]];
    default:
      return random.chance(0.2) ? null : random.chance(0.5) ? random.pick(TEXTS) : randomText(random);
  }
}

// biome-ignore format: a table
const ODD: readonly [Value, ...Value[]] = [
  null, true, false, "", "None", "True", ":", "::", "1", "1.0", "nan", "[]", "{}", 0n, 1n, -1n, 1, 0, -0, NaN, Infinity,
  -Infinity, 5e-324, 1e16, 1e22, 123456789012.5, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n), 2n ** 64n, 10n ** 400n,
  new Uint8Array(), new Uint8Array([0x61]), new Uint8Array([0xff]), [], [[]], ["a"], [new Map()], new Map(),
  new Map([["", ""]]), new Map([["a", new Map()]]), new Map([[":", ":"]]), new Map([[bytesKey(Buffer.from("a")), 1n]]),
  new Map<string, Value>([["a", 1n], [bytesKey(Buffer.from("a")), 2n]]), new Map([["$float", "nan"]]),
  new Map([["message_signature", "x"]]), new Map([["__proto__", new Map([["x", 1n]])]]),
  new Timestamp(0n, 0), new Timestamp(-1n, 999_999_999), new Timestamp(2n ** 34n, 1), "a\u0000b", "\u{10ffff}", "\ufeff",
];

// biome-ignore format: a table
const NAMES = [
  "", ":", "a", "z", "10", "9", "__proto__", "constructor", "toString", "hasOwnProperty", "$", "$float", "$bytes:AA==",
  "time", "dialect", "region", "signed:time", "kind", "source", "counter_name", "counter_type", "counter_unit",
  "counter_volume", "user_id", "user_name", "project_id", "project_name", "resource_id", "resource_metadata",
  "resource_metadata:", "resource_metadata:name", "timestamp", "message_id", "monotonic_time", "publisher_id", "raw",
  "event_type", "generated", "traits", "payload", "args", "method", "oslo.message", "oslo.version", "Message", "Type",
  "message_signature", "\uffff", "\u{10000}",
] as const;

// biome-ignore format: a table
const TIMES = [
  "2022-09-30T12:00:00.123456", "2022-09-30", "20220930T120000Z", "2022", "2022-9-3", "2022-09-30 14:00:00,5+02:00",
  "0001-01-01T00:00:00", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59-00:01",
  "2024-02-29T00:00:00Z", "2023-02-29", "2022-09-30T24:00", "2022-09-30T12:00:60", "0000-01-01", "2022-09-30T12:00:00\n",
  "2022-09-30T12:00:00.1234567890123456789012345678", "1969-12-31T23:59:59.999999", "٢٠٢٢-09-30",
] as const;

// biome-ignore format: a table
const VOLUMES = [
  0, -0, 1, 0.1, 1e-7, 5e-324, 1e16, 1e22, 1.7976931348623157e308, 2 ** 53, 71234.902137612, 123456789012.5, -1.5,
] as const;

/** What the keys of a storage are made of, among others. */
// biome-ignore format: a table
const TEXTS = [
  "cpu", "#", "%", "%23", "%25", "a#b", "a%23b", "a/b", "s#cpu", "..", "dt=2022-09-30/", "\u{1d4b3}#", "$float", "\n", "'",
  "x".repeat(1_100), "é".repeat(1_100),
] as const;

type Maker = (random: Random) => Value;

const EXTREME: readonly [Maker, ...Maker[]] = [
  (random) => nested(120 + random.integer(20), (inner) => [inner]),
  (random) => nested(120 + random.integer(20), (inner) => new Map([["a", inner]])),
  // The names of all outer maps are repeated before each value.
  (random) =>
    nested(
      random.integer(60),
      (inner) =>
        new Map<string, Value>([
          ["n".repeat(900), inner],
          ["b", 1n],
        ]),
    ),
  (random) => new Map(Array.from({ length: 2_040 + random.integer(16) }, (_, index) => [`k${index}`, 1n])),
  (random) => Array.from({ length: 9_995 + random.integer(10) }, () => null),
  (random) => "x".repeat(random.pick([1_024, 2_048, 65_000, 65_536, 65_537, 420_000])),
  (random) => "\u0001é\u{1f600}".repeat(random.integer(9_000)),
  (random) => 10n ** BigInt(4_297 + random.integer(4)),
];

function nested(depth: number, wrap: (inner: Value) => Value): Value {
  let value: Value = 1n;
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
}
