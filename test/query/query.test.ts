import { describe, expect, it } from "vitest";
import { meters } from "../../lib/query/meters.ts";
import { resources } from "../../lib/query/resources.ts";
import type { StoredSample } from "../../lib/storage/driver.ts";
import { aSample } from "../support/sample-builder.ts";

async function* stream(samples: readonly StoredSample[]): AsyncGenerator<StoredSample> {
  yield* samples;
}

const early = aSample({
  timestamp: "2022-09-30T12:00:00",
  resource_metadata: new Map([["state", "building"]]),
  project_id: "old",
});
const late = aSample({
  timestamp: "2022-09-30T13:00:00",
  resource_metadata: new Map([["state", "active"]]),
  project_id: "new",
});
const other = aSample({
  timestamp: "2022-09-30T12:30:00",
  resource_id: "other",
  counter_name: "memory",
  counter_type: "gauge",
  counter_unit: "MB",
});

describe("meters", () => {
  it("sums up samples by name, type and unit", async () => {
    expect(await meters(stream([late, other, early]))).toEqual([
      {
        name: "cpu",
        type: "cumulative",
        unit: "ns",
        units: ["ns"],
        samples: 2,
        resources: 1,
        first: early.time,
        last: late.time,
      },
      {
        name: "memory",
        type: "gauge",
        unit: "MB",
        units: ["MB"],
        samples: 1,
        resources: 1,
        first: other.time,
        last: other.time,
      },
    ]);
  });

  it("count of a conflict what counts, once each", async () => {
    const conflict: StoredSample[] = [
      { ...late, conflict: "counts" },
      { ...late, conflict: "counts", project_id: "other" },
      { ...late, conflict: "outdone", counter_volume: 1n },
      { ...late, conflict: "outdone", counter_unit: "s" },
      { ...early, conflict: "right" },
      { ...early, conflict: "wrong", counter_type: "gauge" },
    ];
    expect(await meters(stream(conflict))).toEqual([
      {
        name: "cpu",
        type: "cumulative",
        unit: "ns",
        units: ["ns"],
        samples: 3,
        resources: 1,
        first: early.time,
        last: late.time,
      },
    ]);
  });

  it.each([
    ["MB", "MiB"],
    ["GB", "GiB"],
  ])("counts %s and %s, which Ceilometer 26.0 made of it, as one, and no other unit", async (before, after) => {
    const of = (counter_unit: string, timestamp: string) =>
      aSample({ counter_name: "memory", counter_unit, timestamp, message_id: `${counter_unit} ${timestamp}` });
    const [old, renamed] = [of(before, "2022-09-30T12:00:00"), of(after, "2022-09-30T13:00:00")];
    const shared = { name: "memory", type: "cumulative", resources: 1, first: old.time, last: renamed.time };
    const both = [{ ...shared, unit: after, units: [before, after], samples: 2 }];
    expect(await meters(stream([renamed, old]))).toEqual(both);
    expect(await meters(stream([old, renamed]))).toEqual(both);
    expect(await meters(stream([old, of("kB", "2022-09-30T12:00:00")]))).toHaveLength(2);
  });

  it("leaves a meter that Ceilometer did not rename its two units, as usage does", async () => {
    const samples = ["MB", "MiB"].map((counter_unit) =>
      aSample({ counter_name: "of.another.publisher", counter_unit }),
    );
    expect((await meters(stream(samples))).map(({ units }) => units)).toEqual([["MB"], ["MiB"]]);
  });

  it("finds none in nothing", async () => {
    expect(await meters(stream([]))).toEqual([]);
  });
});

describe("resources", () => {
  it.each([
    ["newest first", [late, other, early]],
    ["oldest first", [early, other, late]],
  ])("have the owner and metadata of their newest sample, whichever came last: %s", async (_order, samples) => {
    const [first, second] = await resources(stream(samples));
    expect(first).toEqual({
      resource_id: late.resource_id,
      project_id: "new",
      user_id: late.user_id,
      source: "openstack",
      metadata: new Map([["state", "active"]]),
      meters: ["cpu"],
      samples: 2,
      first: early.time,
      last: late.time,
    });
    expect(second?.resource_id).toBe("other");
  });

  it("have the owner of the newest sample that counts, and of several of one time always the same", async () => {
    const conflict: StoredSample[] = [
      { ...late, conflict: "outdone", project_id: "outdone", counter_volume: 1n },
      { ...late, conflict: "counts", project_id: "less", counter_volume: 2n },
      { ...late, conflict: "counts", project_id: "most", counter_volume: 3n },
      { ...other, resource_id: late.resource_id, time: late.time, message_id: "" },
    ];
    for (const samples of [conflict, conflict.toReversed()]) {
      expect(await resources(stream([...samples, early]))).toMatchObject([
        { project_id: "most", samples: 4, first: early.time, last: late.time, meters: ["cpu", "memory"] },
      ]);
    }
  });
});
