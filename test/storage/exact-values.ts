import type { Sample } from "../../lib/sample/sample.ts";
import { bytesKey, Timestamp, type Value, type ValueMap } from "../../lib/sample/value.ts";

/** Volumes that a storage easily changes. */
export const exactVolumes: [string, number | bigint][] = [
  ["2^53 + 1", 2n ** 53n + 1n],
  ["10^60", 10n ** 60n],
  ["-(10^60)", -(10n ** 60n)],
  ["1, an integer", 1n],
  ["1.0, a float", 1.0],
  ["0.0, a float", 0.0],
  ["-0.0", -0.0],
  ["1e-7", 1e-7],
  ["0.1 + 0.2", 0.1 + 0.2],
  ["1e16", 1e16],
  ["5e-324", 5e-324],
  ["1.7976931348623157e308", 1.7976931348623157e308],
];

function entry(key: string, value: Value): ValueMap {
  return new Map([[key, value]]);
}

/** Metadata that a storage easily changes. */
export const exactMetadata: [string, ValueMap | null][] = [
  ["nothing in it", new Map()],
  ["null instead of a map", null],
  ["an empty map inside", entry("empty", new Map())],
  ["text beyond the BMP", entry("\u{1d4b3}", "\u{1f600} \u00e9 \uffff")],
  ["control characters", entry("\u0000\n", '\u0000\u0001\u001f\u007f\u2028\r\n"\\')],
  ["the name __proto__", entry("__proto__", entry("__proto__", "polluted"))],
  [
    "names like integers, in their order",
    new Map<string, Value>([
      ["10", 1n],
      ["9", 2n],
      ["a", 3n],
      ["1", 4n],
    ]),
  ],
  [
    "names that begin with $",
    new Map<string, Value>([
      ["$float", "nan"],
      ["$bytes", "AA=="],
      ["$", 1n],
      ["$$x", 2n],
    ]),
  ],
  ["one name that looks like a tag of ours", entry("one", entry("$bytes", "AA=="))],
  ["an empty name", entry("", "")],
  ["bytes", entry("bytes", new Uint8Array([0, 128, 255]))],
  ["bytes that are text, inside a list", entry("list", [new Uint8Array([0x61]), "a"])],
  ["names that are bytes", entry("map", entry(bytesKey(new Uint8Array([0, 255])), 1n))],
  ["NaN and the infinities", entry("floats", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0.0])],
  ["an integer beside the float of that value", entry("numbers", [1n, 1.0, 2n ** 64n - 1n, 10n ** 60n])],
  ["a timestamp of msgpack", entry("at", new Timestamp(-1n, 999_999_999))],
  ["maps in lists in maps", entry("a", [[entry("b", [null, true, false, []])]])],
];

/** Fields of a sample that a storage easily changes. */
export const exactFields: [string, Partial<Sample>][] = [
  ["optional fields that are absent", { monotonic_time: undefined, user_name: undefined, project_name: undefined }],
  ["optional fields that are null", { monotonic_time: null, user_name: null, project_name: null, publisher_id: null }],
  ["optional fields that are set", { monotonic_time: 1n, user_name: "", project_name: "p", publisher_id: "pub" }],
  ["nobody's sample", { user_id: null, project_id: null }],
  ["empty text", { source: "", counter_unit: "", user_id: "", project_id: "" }],
  [
    "names with every kind of character",
    { counter_name: "a/b#c|%:\\ \u{1d4b3}", resource_id: "\u0000\n\u007f~\u{10ffff}" },
  ],
  [
    "a timestamp as it was sent",
    { timestamp: "2022-09-30 14:00:00,1234567+02:00", time: "2022-09-30T12:00:00.123456Z" },
  ],
  ["the first time there is", { time: "0001-01-01T00:00:00.000000Z" }],
  ["the last time there is", { time: "9999-12-31T23:59:59.999999Z" }],
  [
    "extra fields",
    {
      extra: new Map<string, Value>([
        ["region", "eu-1"],
        ["zone", entry("a", 1.0)],
      ]),
    },
  ],
  [
    "extra fields with names of ours",
    {
      extra: new Map<string, Value>([
        ["dialect", "x"],
        ["time", 1n],
        ["kind", null],
      ]),
    },
  ],
];

/** Python 2 spells a map inside a list in an order that depends on how it was filled. */
export function orderedLists(): ValueMap {
  const inserted = new Map<string, Value>([
    ["rel", "self"],
    ["href", "http://nova/1"],
    ["b", 1n],
    ["a", [entry("j", 1n)]],
  ]);
  return new Map<string, Value>([
    ["links", [inserted, "text", 1.5]],
    ["ratio", 0.1 + 0.2],
    ["name", "\u00e9"],
  ]);
}
