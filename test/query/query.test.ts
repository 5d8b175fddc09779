import { describe, expect, it } from "vitest";
import { meters } from "../../lib/query/meters.ts";
import { resources } from "../../lib/query/resources.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import { aSample } from "../support/sample-builder.ts";

async function* stream(samples: readonly Sample[]): AsyncGenerator<Sample> {
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
      { name: "cpu", type: "cumulative", unit: "ns", samples: 2, resources: 1, first: early.time, last: late.time },
      { name: "memory", type: "gauge", unit: "MB", samples: 1, resources: 1, first: other.time, last: other.time },
    ]);
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
});
