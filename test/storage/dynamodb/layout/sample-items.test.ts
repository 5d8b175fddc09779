import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sample } from "../../../../lib/sample/sample.ts";
import type { Value } from "../../../../lib/sample/value.ts";
import { openDynamoDb } from "../../../../lib/storage/dynamodb/dynamodb.ts";
import { fromEventRow, toEventItems } from "../../../../lib/storage/dynamodb/layout/event-items.ts";
import { type Item, itemBytes, overLimit } from "../../../../lib/storage/dynamodb/layout/limits.ts";
import { fromSampleItems, toSampleItems, versionOf } from "../../../../lib/storage/dynamodb/layout/sample-items.ts";
import { toVersion } from "../../../../lib/storage/dynamodb/metadata-versions.ts";
import { clientOf } from "../../../support/dynamodb-server.ts";
import { events, samples } from "../../../support/record-arbitrary.ts";
import { anEvent, aSample } from "../../../support/sample-builder.ts";
import { exactly } from "../../reading.ts";

const sample = aSample({
  message_id: "4a5d9f4e-40c2-11ed-b878-000000000001",
  message_signature: "00ff".repeat(16),
  resource_metadata: new Map<string, Value>([["ratio", 1.0]]),
  counter_volume: 130_000_000_000n,
  monotonic_time: 71_234.5,
  publisher_id: null,
});

describe("a sample's items", () => {
  it("are laid out so", () => {
    const { row, version, meter } = toSampleItems(sample);
    const hash = versionOf(row);
    expect(row).toEqual({
      pk: { S: "s#cpu#9b651dfd-7d30-402b-972e-212b2c4bfb05" },
      sk: {
        S: "2022-09-30T12:00:00.123456Z#4a5d9f4e-40c2-11ed-b878-000000000001#6f696c99f3aa59e1af2ef8662a4bfcf9",
      },
      f: { N: "2" },
      type: { S: "cumulative" },
      unit: { S: "ns" },
      vol: { S: "130000000000" },
      num: { N: "130000000000" },
      ts: { S: "2022-09-30T12:00:00.123456" },
      sig: { B: Buffer.from("00ff".repeat(16), "hex") },
      dia: { S: "py3" },
      mono: { S: "71234.5" },
      pub: { NULL: true },
      ver: { B: hash },
    });
    expect(version).toEqual({
      pk: { S: "r#9b651dfd-7d30-402b-972e-212b2c4bfb05" },
      sk: { S: `v#${Buffer.from(hash).toString("hex")}` },
      body: {
        S:
          '{"source":"openstack","user_id":"7c6f0a1d5f0e4d0c9e4a8b1f2d3c4b5a","user_name":null,' +
          '"project_id":"b8f2c1f4f1c84e4e9e7b0a2d3c4e5f60","project_name":null,"resource_metadata":{"ratio":1.0}}',
      },
      project: { S: "p#b8f2c1f4f1c84e4e9e7b0a2d3c4e5f60" },
    });
    expect(meter).toEqual({
      pk: { S: "r#9b651dfd-7d30-402b-972e-212b2c4bfb05" },
      sk: { S: "m#cpu#cumulative#ns" },
      meter: { S: "m#cpu" },
    });
  });

  it("give back every sample there is, exactly", () => {
    fc.assert(
      fc.property(samples(), (one) => {
        const { row, version } = toSampleItems(one);
        expect(exactly(fromSampleItems(row, toVersion(version)))).toEqual(exactly(one));
      }),
    );
  });

  it("have no number where DynamoDB can't hold the volume, and always its text", () => {
    const { row } = toSampleItems(aSample({ counter_volume: 5e-324 }));
    expect([row.vol, row.num]).toEqual([{ S: "5e-324" }, undefined]);
  });

  it("are in no project's index without a project", () => {
    expect(toSampleItems(aSample({ project_id: null })).version.project).toBeUndefined();
  });

  it("share a metadata version only if all of it is equal, order included", () => {
    const metadata = (...entries: [string, Value][]) => ({ resource_metadata: new Map(entries) });
    const versions: Partial<Sample>[] = [
      metadata(["a", 1n], ["b", 2n]),
      metadata(["b", 2n], ["a", 1n]),
      metadata(["a", 1.0], ["b", 2n]),
      metadata(["a", "1"], ["b", 2n]),
      { ...metadata(["a", 1n], ["b", 2n]), user_name: undefined },
      { ...metadata(["a", 1n], ["b", 2n]), user_name: "" },
      { ...metadata(["a", 1n], ["b", 2n]), user_id: null },
    ];
    const hashes = versions.map((fields) => toSampleItems(aSample(fields)).version.sk?.S);
    expect(new Set(hashes).size).toBe(versions.length);
    expect(toSampleItems(aSample(versions[0])).version).toEqual(toSampleItems(aSample(versions[0])).version);
  });

  it.each<[string, Item]>([
    ["pk", { pk: { S: "e#cpu#2022" } }],
    ["type", { type: { S: "meter" } }],
    ["vol", { vol: { S: '"1"' } }],
    ["vol", { vol: { S: "one" } }],
    ["vol", { vol: { N: "1" } }],
    ["mono", { mono: { S: "true" } }],
    ["sig", { sig: { S: "00" } }],
    ["extra", { extra: { S: "[]" } }],
    ["dia", { dia: { S: "py4" } }],
  ])("are refused when something else has written %s", (attribute, wrong) => {
    const { row, version } = toSampleItems(sample);
    expect(() => fromSampleItems({ ...row, ...wrong }, toVersion(version))).toThrow(`has no readable ${attribute}`);
  });

  it.each([
    "[]",
    "{}",
    '{"source":1,"resource_metadata":null,"user_id":null,"project_id":null}',
    '{"source":"s","resource_metadata":[],"user_id":null,"project_id":null}',
    '{"source":"s","resource_metadata":null,"user_id":1,"project_id":null}',
  ])("are refused when something else has written the metadata %s", (body) => {
    const { version } = toSampleItems(sample);
    expect(() => toVersion({ ...version, body: { S: body } })).toThrow("has no readable body");
  });
});

describe("an event's items", () => {
  it("are laid out so", () => {
    const event = anEvent({ message_id: "m-1", event_type: "image#update", traits: [], raw: undefined });
    expect(toEventItems(event)).toEqual({
      row: {
        pk: { S: "e#image%23update#2022-09-30" },
        sk: { S: "2022-09-30T12:00:00.123456Z#m-1#331a502ae6663692a3f0b678f9539584" },
        f: { N: "2" },
        body: {
          S:
            '{"format":2,"message_id":"m-1","event_type":"image#update","generated":"2022-09-30T12:00:00.123456","traits":[],' +
            `"message_signature":"${event.message_signature}","dialect":"py3","time":"2022-09-30T12:00:00.123456Z",` +
            '"content":"331a502ae6663692a3f0b678f9539584"}',
        },
      },
      day: { pk: { S: "events" }, sk: { S: "2022-09-30#image%23update" } },
    });
  });

  it("give back every event there is, exactly", () => {
    fc.assert(
      fc.property(events(), (one) => {
        expect(exactly(fromEventRow(toEventItems(one).row))).toEqual(exactly(one));
      }),
    );
  });

  it.each(["{}", "x"])("are refused when something else has written the body %s", (body) => {
    const { row } = toEventItems(anEvent());
    expect(() => fromEventRow({ ...row, body: { S: body } })).toThrow("has no readable body");
  });
});

it("calls a record unstorable exactly when one of its items is over a limit", () => {
  const driver = openDynamoDb({ client: clientOf("http://127.0.0.1:1"), table: "none" });
  const lengths = fc.record({
    resource_id: fc.nat(2_500),
    message_id: fc.nat(1_200),
    counter_unit: fc.nat(1_200),
    project_id: fc.nat(2_500),
    publisher_id: fc.nat(420_000),
  });
  fc.assert(
    fc.property(lengths, (given) => {
      const fields = Object.fromEntries(Object.entries(given).map(([name, length]) => [name, "x".repeat(length)]));
      const one = aSample(fields);
      const items = Object.values(toSampleItems(one));
      expect(driver.unstorable(one) === undefined).toBe(items.every((item) => overLimit(item) === undefined));
      expect(items.every((item) => itemBytes(item) > 0)).toBe(true);
    }),
  );
});
