import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalOf, parseDecimal, spell, ZERO } from "../../lib/query/decimal.ts";
import { toTime } from "../../lib/query/instant.ts";
import { deviationOf, meanOf } from "../../lib/query/significant.ts";
import { type StatisticsQuery, statistics } from "../../lib/query/statistics.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import type { SampleFilter } from "../../lib/storage/driver.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { aSample } from "../support/sample-builder.ts";

const text = (decimal: string) => parseDecimal(decimal) ?? ZERO;

describe("28 significant digits", () => {
  it.each([
    ["10", 4n, "2.5"],
    ["1", 3n, "0.3333333333333333333333333333"],
    ["-2", 3n, "-0.6666666666666666666666666667"],
    ["20000000000000000000000000000000000000", 3n, "6666666666666666666666666667000000000"],
    ["10000000000000000000000000005", 1n, "10000000000000000000000000000"],
    ["10000000000000000000000000015", 1n, "10000000000000000000000000020"],
    [
      "0.00000000000000000000000000000000000002",
      3n,
      "0.000000000000000000000000000000000000006666666666666666666666666667",
    ],
    ["0", 7n, "0"],
  ])("are what an average has: %s / %s", (sum, count, mean) => {
    expect(spell(meanOf(text(sum), count))).toBe(mean);
  });

  it("are what a deviation has, which is the root of the variance", () => {
    expect(spell(deviationOf(text("3"), text("5"), 2n))).toBe("0.5");
    // Of 0 and 0 and 1: √2 / 3.
    expect(spell(deviationOf(text("1"), text("1"), 3n))).toBe("0.4714045207910316829338962414");
    expect(spell(deviationOf(text("0.3"), text("0.09"), 1n))).toBe("0");
  });

  it("agree with floats as far as those go", () => {
    const volumes = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(volumes, (numbers) => {
        const count = BigInt(numbers.length);
        const sum = numbers.reduce((all, one) => all + BigInt(one), 0n);
        const squares = numbers.reduce((all, one) => all + BigInt(one) ** 2n, 0n);
        const mean = Number(sum) / numbers.length;
        const variance = numbers.reduce((all, one) => all + (one - mean) ** 2, 0) / numbers.length;
        const deviation = deviationOf(decimalOf(sum), decimalOf(squares), count);
        expect(Number(spell(meanOf(decimalOf(sum), count)))).toBeCloseTo(mean, 6);
        expect(Number(spell(deviation))).toBeCloseTo(Math.sqrt(variance), 4);
      }),
    );
  });
});

const minute = (number: number) => toTime(Date.parse("2022-09-30T12:00:00Z") * 1_000 + number * 60_000_000);
const memory = (number: number, counter_volume: Sample["counter_volume"], more: Partial<Sample> = {}) =>
  aSample({
    counter_name: "memory",
    counter_type: "gauge",
    counter_unit: "MB",
    time: minute(number),
    counter_volume,
    ...more,
  });

async function rows(samples: readonly Sample[], query: Partial<StatisticsQuery> = {}) {
  const storage = openMemory();
  await storage.record(samples);
  const found = await statistics(storage, { meter: "memory", by: [], cardinality: [], ...query });
  return found.map(({ sum, min, max, avg, stddev, group, cardinality, ...row }) => ({
    ...row,
    figures: [sum, min, max, avg, stddev].map(spell),
    group: Object.fromEntries(group),
    cardinality: Object.fromEntries(cardinality),
  }));
}

describe("statistics", () => {
  it("are of all samples, with renamed units as one, where no period is asked for", async () => {
    const samples = [memory(0, 0.1), memory(5, 0.2), memory(9, 2n, { counter_unit: "MiB", resource_id: "other" })];
    expect(await rows(samples, { cardinality: ["resource_id", "user_id"] })).toEqual([
      {
        unit: "MiB",
        group: {},
        count: 3,
        figures: ["2.3", "0.1", "2", "0.7666666666666666666666666667", "0.8730533902472529899695413709"],
        cardinality: { resource_id: 2, user_id: 1 },
        durationStart: minute(0),
        durationEnd: minute(9),
        period: 0,
        periodStart: minute(0),
        periodEnd: minute(9),
      },
    ]);
  });

  it("have half-open periods from the beginning that is asked for, or the first sample, and none that is empty", async () => {
    const samples = [memory(1, 1n), memory(2, 2n), memory(3, 4n), memory(13, 8n), memory(14, 16n)];
    const periods = async (query: Partial<StatisticsQuery>) =>
      (await rows(samples, { period: 120, ...query })).map((row) => [row.periodStart, row.periodEnd, row.figures[0]]);
    expect(await periods({})).toEqual([
      [minute(1), minute(3), "3"],
      [minute(3), minute(5), "4"],
      [minute(13), minute(15), "24"],
    ]);
    expect(await periods({ from: minute(0), to: minute(14) })).toEqual([
      [minute(0), minute(2), "1"],
      [minute(2), minute(4), "6"],
      [minute(12), minute(14), "8"],
    ]);
  });

  it("are by group, of the samples that are asked for and that count", async () => {
    const copied = memory(1, 5n, { project_id: "p" });
    const samples = [
      copied,
      { ...copied, counter_volume: 3n },
      memory(2, 7n, { project_id: "" }),
      memory(3, 9n, { project_id: null }),
    ];
    const groups = async (query: Partial<StatisticsQuery>) =>
      (await rows(samples, { by: ["project_id", "unit"], ...query })).map(({ group, figures, count }) => [
        group,
        figures[0],
        count,
      ]);
    expect(await groups({})).toEqual([
      [{ project_id: "p", unit: "MiB" }, "5", 1],
      [{ project_id: null, unit: "MiB" }, "16", 2],
    ]);
    expect(await groups({ project: null })).toHaveLength(1);
    expect(await groups({ resource: "none" })).toEqual([]);
  });

  it("tell times exactly, in whatever year a sample is", async () => {
    const [first, last] = ["0001-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999999Z"];
    const samples = [first, last].map((time) => aSample({ time, counter_name: "memory" }));
    const times = async (query: Partial<StatisticsQuery>) =>
      (await rows(samples, query)).map((row) => [row.periodStart, row.periodEnd, row.durationStart, row.durationEnd]);
    expect(await times({})).toEqual([[first, last, first, last]]);
    expect(await times({ period: 3_600 })).toEqual([
      [first, "0001-01-01T01:00:00.000001Z", first, first],
      ["9999-12-31T23:00:00.000001Z", "+010000-01-01T00:00:00.000001Z", last, last],
    ]);
  });

  it("put a sample that came since the first one was looked for into a period of its own", async () => {
    const storage = openMemory();
    await storage.record([memory(2, 1n)]);
    let readings = 0;
    const meanwhile = {
      async *samples(filter: SampleFilter) {
        if (++readings === 2) await storage.record([memory(1, 2n)]);
        yield* storage.samples(filter);
      },
    };
    const found = await statistics(meanwhile, { meter: "memory", by: [], cardinality: [], period: 120 });
    expect(found.map((row) => [row.periodStart, row.periodEnd, spell(row.sum)])).toEqual([
      [minute(0), minute(2), "2"],
      [minute(2), minute(4), "1"],
    ]);
  });
});
