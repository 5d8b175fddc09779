import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentDigest } from "../../../lib/sample/content.ts";
import { accept } from "../../../lib/sample/rejection.ts";
import type { Value } from "../../../lib/sample/value.ts";
import { fromRow, toRow } from "../../../lib/storage/rows/record-row.ts";
import { events, samples } from "../../support/record-arbitrary.ts";
import { anEvent, aSample, signedAgain } from "../../support/sample-builder.ts";
import { inFormat1 } from "../format-1.ts";
import { exactly } from "../reading.ts";

describe("a row", () => {
  it("is the sample as one JSON object, under the wire's names", () => {
    const sample = aSample({
      counter_volume: 2n ** 53n + 1n,
      monotonic_time: 1.0,
      resource_metadata: new Map<string, Value>([["ids", new Uint8Array([1])]]),
      message_id: "m",
      message_signature: "ab".repeat(32),
    });
    expect(toRow(sample)).toBe(
      '{"format":2,"source":"openstack","counter_name":"cpu","counter_type":"cumulative","counter_unit":"ns",' +
        '"counter_volume":9007199254740993,"user_id":"7c6f0a1d5f0e4d0c9e4a8b1f2d3c4b5a","user_name":null,' +
        '"project_id":"b8f2c1f4f1c84e4e9e7b0a2d3c4e5f60","project_name":null,' +
        '"resource_id":"9b651dfd-7d30-402b-972e-212b2c4bfb05","timestamp":"2022-09-30T12:00:00.123456",' +
        '"resource_metadata":{"ids":{"$bytes":"AQ=="}},"message_id":"m","monotonic_time":1.0,' +
        `"message_signature":"${"ab".repeat(32)}","dialect":"py3","time":"2022-09-30T12:00:00.123456Z",` +
        `"content":"${contentDigest(sample)}"}`,
    );
  });

  it("is the event as one JSON object, under the wire's names", () => {
    const event = anEvent({ traits: [["n", 2n, 1n]], message_id: "m", message_signature: "ab".repeat(32) });
    expect(toRow(event)).toBe(
      '{"format":2,"message_id":"m","event_type":"compute.instance.create.end","generated":"2022-09-30T12:00:00.123456",' +
        `"traits":[["n",2,1]],"raw":{},"message_signature":"${"ab".repeat(32)}",` +
        `"dialect":"py3","time":"2022-09-30T12:00:00.123456Z","content":"${contentDigest(event)}"}`,
    );
  });

  it("keeps an extra field that has a name of ours apart from ours", () => {
    const extra = new Map<string, Value>([
      ["time", 7n],
      ["signed:time", 8n],
      ["signed:dialect", 9n],
      ["signed:other", 10n],
      ["format", 3n],
      ["content", "11"],
      ["conflict", null],
    ]);
    const sample = aSample({ extra });
    expect(toRow(sample)).toContain(
      '"signed:time":7,"signed:signed:time":8,"signed:signed:dialect":9,"signed:other":10,' +
        '"signed:format":3,"signed:content":"11","signed:conflict":null',
    );
    expect(fromRow(toRow(sample))).toEqual(accept(sample));
  });

  it("says how it stands where it is shown, and is read as the same sample", () => {
    const sample = aSample();
    const shown = toRow(sample, "outdone");
    expect(shown).toBe(toRow(sample).replace(/}$/, ',"conflict":"outdone"}'));
    expect(fromRow(shown)).toEqual(accept(sample));
  });

  it("of format 1 is read, also with extra fields that have got names of ours since", () => {
    const extra = new Map<string, Value>([
      ["format", 3n],
      ["content", "11"],
      ["signed:conflict", 7n],
      ["time", 8n],
    ]);
    for (const record of [aSample({ extra }), anEvent({ extra })]) {
      expect(fromRow(inFormat1(record))).toEqual(accept(record));
    }
  });

  it("of a later format is refused, with words that say what to do", () => {
    const row = toRow(aSample()).replace('"format":2', '"format":3');
    expect(() => fromRow(row, "samples.jsonl:7")).toThrow(
      "samples.jsonl:7 is in storage format 3, and this release knows formats up to 2: " +
        "use the release that wrote it, or a later one (docs/storage.md, Upgrading)",
    );
  });

  it("keeps an event's extra field that has the name of a sample's field", () => {
    const event = anEvent({ extra: new Map<string, Value>([["counter_name", "cpu"]]) });
    expect(fromRow(toRow(event))).toEqual(accept(event));
  });

  it("keeps a sample's extra field that has the name of an event's field", () => {
    const sample = aSample({ extra: new Map<string, Value>([["event_type", "cpu"]]) });
    expect(fromRow(toRow(sample))).toEqual(accept(sample));
  });

  it("keeps metadata at the limits of depth, length and text", () => {
    let deep: Value = new Uint8Array([1]);
    for (let level = 0; level < 128; level++) deep = new Map([["a", deep]]);
    const resource_metadata = new Map<string, Value>([
      ["deep", deep],
      ["long", "\u0000".repeat(1_048_576)],
      ["digits", 10n ** 4_299n],
    ]);
    const sample = aSample({ resource_metadata });
    const readBack = fromRow(toRow(sample));
    expect(readBack.ok && exactly(readBack.value)[3] === exactly(sample)[3]).toBe(true);
  });

  it("gives back any sample or event exactly, with its signature", () => {
    fc.assert(
      fc.property(fc.oneof(samples(), events()), (record) => {
        const row = toRow(record);
        expect(row).not.toContain("\n");
        JSON.parse(row);
        const readBack = fromRow(row);
        if (!readBack.ok) throw new Error(readBack.detail);
        expect(exactly(readBack.value)).toEqual(exactly(record));
        expect(signedAgain(readBack.value)).toBe(record.message_signature);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["", "undecodable"],
    ["{", "undecodable"],
    ['{"$other":"x"}', "undecodable"],
    ["7", "invalid-sample"],
    ["[]", "invalid-sample"],
    ["{}", "invalid-sample"],
  ])("%j is not taken for a record", (line, reason) => {
    expect(fromRow(line)).toMatchObject({ ok: false, reason });
  });

  it.each([
    ["dialect", "latin"],
    ["time", 1n],
    ["source", null],
    ["counter_type", "rate"],
    ["counter_volume", Number.NaN],
    ["counter_volume", "1"],
    ["user_id", 1n],
    ["resource_metadata", []],
    ["monotonic_time", "1"],
    ["publisher_id", false],
    ["message_signature", 7n],
  ])("with the wrong %s is not taken for a sample (%#)", (name, value) => {
    const row = toRow({ ...aSample(), [name]: value });
    expect(fromRow(row)).toEqual({ ok: false, reason: "invalid-sample", detail: `${name} is of another type` });
  });

  it.each(["2022-09-31T12:00:00.000000Z", "2022-09-30T24:00:00.000000Z", "2022-09-30T12:00:00Z", "2022-09-30", "x"])(
    "with the time %s, which none can have, is not taken for a record",
    (time) => {
      for (const record of [aSample(), anEvent()]) {
        const detail = "time is not the time of a record";
        expect(fromRow(toRow({ ...record, time }))).toEqual({ ok: false, reason: "invalid-sample", detail });
      }
    },
  );

  it("has any day of the calendar for its time", () => {
    for (let day = Date.UTC(2020, 0, 1); day < Date.UTC(2021, 0, 1); day += 86_400_000) {
      const time = new Date(day).toISOString().replace("Z", "000Z");
      expect(fromRow(toRow(aSample({ time }))).ok).toBe(true);
    }
  });

  it("without a signature is taken for what signature v2 proved, and for nothing else", () => {
    for (const record of [aSample(), anEvent()]) {
      expect(fromRow(toRow({ ...record, message_signature: null }))).toEqual({
        ok: false,
        reason: "invalid-sample",
        detail: "message_signature is missing",
      });
      expect(fromRow(toRow({ ...record, dialect: "v2", message_signature: null })).ok).toBe(true);
      expect(fromRow(toRow({ ...record, dialect: "v2" }))).toMatchObject({
        ok: false,
        detail: "message_signature is of another type",
      });
    }
  });

  it.each([
    ["traits", null],
    ["traits", [["name", 1n]]],
    ["traits", [["name", 1.0, 1n]]],
    ["traits", [[1n, 1n, 1n]]],
    ["raw", "text"],
    ["generated", 1n],
  ])("with the wrong %s is not taken for an event (%#)", (name, value) => {
    const row = toRow({ ...anEvent(), [name]: value });
    expect(fromRow(row)).toEqual({ ok: false, reason: "invalid-sample", detail: `${name} is of another type` });
  });

  it("cut off anywhere is not taken for a record", () => {
    const row = toRow(aSample());
    for (let length = 0; length < row.length; length++) expect(fromRow(row.slice(0, length)).ok).toBe(false);
  });

  it("without a field is not taken for a record", () => {
    const row = toRow(aSample()).replace('"source":"openstack",', "");
    expect(fromRow(row)).toEqual({ ok: false, reason: "invalid-sample", detail: "source is missing" });
  });
});
