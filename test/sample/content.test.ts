import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentDigest } from "../../lib/sample/content.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import { bytesKey, isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { metadata } from "../support/record-arbitrary.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";

const sample = aSample();

/** The same entries the other way round, at every depth outside lists. */
function reversed(map: ValueMap): ValueMap {
  return new Map(
    Array.from(map)
      .reverse()
      .map(([name, value]): [string, Value] => [name, isValueMap(value) ? reversed(value) : value]),
  );
}

describe("the digest of a record's content", () => {
  it("is 32 hexadecimal digits, and does not change from release to release, as keys of stored rows are made of it", () => {
    const fixed = aSample({ message_id: "11111111-1111-1111-1111-111111111111" });

    expect(contentDigest(fixed)).toBe("e255b9af8bf9810a464846684086ec4f");
    expect(contentDigest(anEvent({ message_id: "22222222-2222-2222-2222-222222222222" }))).toBe(
      "1ed8e733b38186b95bade37671ae07bf",
    );
  });

  it("is that of each field's name and value with their lengths, sorted by name", () => {
    const one = aSample({
      ...{ message_id: "m", source: "s", timestamp: "2022-09-30T12:00:00", counter_name: "é", user_name: null },
      ...{ project_name: "p", monotonic_time: 1.5, publisher_id: "x", resource_metadata: new Map([["b", -0]]) },
    });
    const text =
      `sample{s12:counter_names1:és12:counter_types10:cumulatives12:counter_units2:nss14:counter_volumei130000000000;` +
      `s10:message_ids1:ms14:monotonic_timef1.5;s10:project_ids32:${one.project_id}s12:project_names1:p` +
      `s11:resource_ids36:${one.resource_id}s17:resource_metadata{s1:bf-0;}s6:sources1:s` +
      `s9:timestamps19:2022-09-30T12:00:00s7:user_ids32:${one.user_id}s9:user_namen}`;
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 32);

    expect(contentDigest(one)).toBe(digest);
  });

  it("leaves out signature, dialect and publisher_id, which say how a sample came", () => {
    const others: Partial<Sample>[] = [
      { message_signature: "f".repeat(64) },
      { dialect: "v2", message_signature: null },
      { publisher_id: "host-1" },
      { publisher_id: null },
    ];

    expect(others.map((other) => contentDigest({ ...sample, ...other }))).toEqual(
      others.map(() => contentDigest(sample)),
    );
  });

  it("differs where anything else differs", () => {
    const others: Partial<Sample>[] = [
      { source: "other" },
      { counter_volume: 130_000_000_000 },
      { counter_volume: 1n },
      { counter_unit: "s" },
      { counter_type: "gauge" },
      { user_id: null },
      { user_id: "None" },
      { project_id: null },
      { resource_metadata: null },
      { resource_metadata: new Map([["display_name", "other"]]) },
      { timestamp: sample.timestamp.replace("T", " ") },
      { monotonic_time: null },
      { user_name: "" },
      { extra: new Map([["region", "west"]]) },
    ];
    const digests = [sample, ...others.map((other) => ({ ...sample, ...other }))].map(contentDigest);

    expect(new Set(digests).size).toBe(others.length + 1);
  });

  it("differs for two cuts of one signed text", () => {
    const whole = { ...sample, project_id: "acme", project_name: "x" };
    const cut = { ...sample, project_id: "acmeproject_namex" };
    delete (cut as { project_name?: string | null }).project_name;

    expect(contentDigest(cut)).not.toBe(contentDigest(whole));
  });

  it("does not depend on the order of names", () => {
    fc.assert(
      fc.property(metadata(), (map) => {
        expect(contentDigest({ ...sample, resource_metadata: reversed(map) })).toBe(
          contentDigest({ ...sample, resource_metadata: map }),
        );
      }),
    );
  });

  it("does not see a map without entries, which nobody signed", () => {
    const added = new Map<string, Value>(sample.resource_metadata ?? []);
    added.set("empty", new Map([["inner", new Map()]]));

    expect(contentDigest({ ...sample, resource_metadata: added })).toBe(contentDigest(sample));
  });

  it("tells a name in bytes from text that looks like it", () => {
    const named = (name: string) => contentDigest({ ...sample, resource_metadata: new Map([[name, 1n]]) });

    expect(new Set([named(bytesKey(Buffer.from("a"))), named("a"), named("\ufffda")]).size).toBe(3);
  });
});
