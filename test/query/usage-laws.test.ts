import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { add, compareDecimals, decimalOf, spell, ZERO } from "../../lib/query/decimal.ts";
import { toInstant, toTime } from "../../lib/query/instant.ts";
import { defaultRules, maxGapOf } from "../../lib/query/rules.ts";
import { finished, merged, noSummary, type Reading, type Summary, summaryOf } from "../../lib/query/summary.ts";
import { foldUsage, type UsageQuery, type UsageRow, usage } from "../../lib/query/usage.ts";
import type { CounterType, ExactNumber, Sample } from "../../lib/sample/sample.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { anyCodePoint } from "../support/any-code-point.ts";
import { aSample } from "../support/sample-builder.ts";

/** `npm run laws` tries more months. */
const runs = { numRuns: Number(process.env.LAWS_RUNS ?? 60) };
vi.setConfig({ testTimeout: 600_000 });

const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;
const BEGIN = toInstant("2022-03-01T00:00:00.000000Z");
const END = BEGIN + 31 * DAY;

const volume: fc.Arbitrary<ExactNumber> = fc.oneof(
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: -5n, max: 2n ** 70n }),
  fc.integer({ min: 0, max: 3_000 }).map((tenths) => tenths / 10),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
);
/** Most are some minutes apart; some at one instant, some days, and some more than a window. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 * MINUTE }) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: MINUTE, max: 3 * DAY }) },
  { weight: 1, arbitrary: fc.integer({ min: 30 * DAY, max: 40 * DAY }) },
);
const reading = fc.record({
  step,
  volume,
  project: fc.constantFrom("p", "q"),
  id: fc.string({ minLength: 1, maxLength: 2, unit: anyCodePoint }),
});
type Step = typeof reading extends fc.Arbitrary<infer Of> ? Of : never;

const types = fc.constantFrom<CounterType>("gauge", "delta", "cumulative");
const month = fc.tuple(types, fc.integer({ min: -50 * DAY, max: 20 * DAY }), fc.array(reading, { maxLength: 24 }));

function samplesOf([type, begin, steps]: readonly [CounterType, number, readonly Step[]]): readonly Sample[] {
  let time = BEGIN + begin;
  return steps.map(({ step, volume: counter_volume, project: project_id, id }, index) => {
    time += step;
    const message_id = `${id}${index}`;
    return sample(type, { time: toTime(time), counter_volume, project_id, message_id });
  });
}

function sample(counter_type: CounterType, more: Partial<Sample>): Sample {
  const message_signature = "0".repeat(64);
  return aSample({ counter_name: "m", counter_type, counter_unit: "u", message_signature, ...more });
}

const question = (borders: readonly number[]): UsageQuery => ({ by: [], borders, rules: defaultRules });

async function rowsOf(samples: readonly Sample[], borders: readonly number[] = [BEGIN, END]) {
  const storage = openMemory();
  await storage.record(samples);
  return usage(storage, question(borders));
}

const shown = (rows: readonly UsageRow[]) => rows.map((row) => ({ ...row, amount: spell(row.amount) }));
const total = (rows: readonly UsageRow[]) => rows.reduce((sum, { amount }) => add(sum, amount), ZERO);
const sum = (rows: readonly UsageRow[], figure: (row: UsageRow) => number | bigint | null) =>
  rows.reduce((all, row) => all + BigInt(figure(row) ?? 0), 0n);

const additive = (rows: readonly UsageRow[]) =>
  ["p", "q"].map((project) => {
    const own = rows.filter((row) => row.project === project);
    const figures = [
      (row: UsageRow) => row.samples,
      (row: UsageRow) => row.resets,
      (row: UsageRow) => row.disorder,
      (row: UsageRow) => row.conflicts,
      (row: UsageRow) => row.covered,
      (row: UsageRow) => row.gap,
    ];
    return [project, spell(total(own)), ...figures.map((figure) => sum(own, figure))];
  });

describe("usage", () => {
  it("of periods that touch adds up to that of their union, to the last digit", async () => {
    const cuts = fc.array(fc.integer({ min: BEGIN + 1, max: END - 1 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(month, cuts, async (one, cut) => {
        const samples = samplesOf(one);
        const borders = Array.from(new Set([BEGIN, ...cut, END])).sort((a, b) => a - b);
        const whole = additive(await rowsOf(samples));
        expect(additive(await rowsOf(samples, borders))).toEqual(whole);
        // Also where each period is asked for by itself, with nothing read but its own neighbourhood.
        const apart: UsageRow[] = [];
        for (const [index, from] of borders.slice(0, -1).entries())
          apart.push(...(await rowsOf(samples, [from, borders[index + 1] ?? END])));
        expect(additive(apart)).toEqual(whole);
      }),
      runs,
    );
  });

  it("is the same in any order of arrival, and however often a sample is delivered", async () => {
    await fc.assert(
      fc.asyncProperty(month, fc.infiniteStream(fc.nat()), async (one, numbers) => {
        const samples = samplesOf(one);
        const again = samples.filter(() => Number(numbers.next().value) % 3 === 0);
        const mixed = [...samples, ...again.map((other) => ({ ...other, publisher_id: "again" }))]
          .map((each) => ({ each, at: Number(numbers.next().value) }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        expect(shown(await rowsOf(mixed))).toEqual(shown(await rowsOf(samples)));
      }),
      runs,
    );
  });

  it("is merged from the summaries of any cuts, in any order of merging", async () => {
    await fc.assert(
      fc.asyncProperty(month, fc.array(fc.nat(24), { maxLength: 4 }), fc.boolean(), async (one, cuts, fromLeft) => {
        const samples = samplesOf(one);
        const shape: Reading = {
          type: one[0],
          resource: samples[0]?.resource_id ?? "",
          borders: [BEGIN, BEGIN + 7 * DAY + 1, END],
          rules: defaultRules,
          maxGap: maxGapOf(defaultRules, "m"),
        };
        const parts = pieces(samples, cuts).map((part) => foldOf(shape, part));
        const whole = fromLeft
          ? parts.reduce((left, right) => merged(shape, left, right), noSummary)
          : parts.reduceRight((right, left) => merged(shape, left, right), noSummary);
        const plain = finished(shape, foldOf(shape, samples));
        expect(spelledSums(finished(shape, whole))).toEqual(spelledSums(plain));
        const rows = await foldUsage(newestFirst(samples), question(shape.borders));
        expect(rows.map((row) => spell(row.amount)).sort()).toEqual(
          Array.from(plain.values())
            .flatMap((periods) => periods.flatMap((totals) => (totals === undefined ? [] : [spell(totals.amount)])))
            .sort(),
        );
      }),
      runs,
    );
  });

  it("of a counter is not changed by a late sample between two others, unless that shows a reset", async () => {
    // Rises, with disorder of less than a tenth at most.
    const rises = fc.array(fc.tuple(fc.integer({ min: 1, max: 10 * MINUTE }), fc.nat(1_000)), {
      minLength: 2,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(rises, fc.nat(), fc.nat(100), async (steps, pick, percent) => {
        let [time, level] = [BEGIN + DAY, 10_000];
        const samples = steps.map(([wait, rise], index) => {
          time += wait + 1;
          level += rise;
          return sample("cumulative", {
            time: toTime(time),
            counter_volume: BigInt(level),
            message_id: `m${index}`,
            project_id: "p",
          });
        });
        const at = pick % (samples.length - 1);
        const [a, b] = [samples[at], samples[at + 1]];
        if (a === undefined || b === undefined) throw new Error("two samples have one between them");
        const [from, to] = [toInstant(a.time), toInstant(b.time)];
        const between =
          Number(a.counter_volume) + ((Number(b.counter_volume) - Number(a.counter_volume)) * percent) / 100;
        const late = sample("cumulative", {
          time: toTime(from + Math.floor((to - from) / 2)),
          counter_volume: between,
          message_id: "late",
          project_id: "p",
        });
        expect(spell(total(await rowsOf([...samples, late])))).toBe(spell(total(await rowsOf(samples))));
      }),
      runs,
    );
  });

  it("covers no more than the time from the first sample to where the last one holds", async () => {
    await fc.assert(
      fc.asyncProperty(month, async (one) => {
        const samples = samplesOf(one);
        const rows = await rowsOf(samples, [BEGIN - 200 * DAY, END + 1_000 * DAY]);
        const times = samples.map(({ time }) => toInstant(time));
        const lifetime = samples.length === 0 ? 0 : Math.max(...times) - Math.min(...times) + defaultRules.maxGap;
        const known = sum(rows, ({ covered }) => covered) + sum(rows, ({ gap }) => gap);
        expect(known).toBeLessThanOrEqual(BigInt(lifetime));
      }),
      runs,
    );
  });

  it("of a delta or a gauge is never lowered by a copy, and a lesser copy changes no amount at all", async () => {
    await fc.assert(
      fc.asyncProperty(month, fc.nat(), volume, async (one, pick, other) => {
        const samples = samplesOf(one);
        const original = samples[pick % Math.max(1, samples.length)];
        if (original === undefined) return;
        const copy = { ...original, counter_volume: other };
        const [before, after] = [await rowsOf(samples), await rowsOf([...samples, copy])];
        if (compareDecimals(decimalOf(other), decimalOf(original.counter_volume)) <= 0) {
          expect(after.map(({ amount }) => spell(amount))).toEqual(before.map(({ amount }) => spell(amount)));
        } else if (one[0] !== "cumulative") {
          expect(compareDecimals(total(after), total(before))).toBeGreaterThanOrEqual(0);
        }
      }),
      runs,
    );
  });

  it("gives a copy no more power than a sample of one's own at that instant", async () => {
    await fc.assert(
      fc.asyncProperty(month, fc.nat(), volume, fc.constantFrom("p", "q"), async (one, pick, other, project_id) => {
        const samples = samplesOf(one);
        const original = samples[pick % Math.max(1, samples.length)];
        if (original === undefined || one[0] === "delta") return;
        const copy = { ...original, counter_volume: other, project_id };
        // A message id that is equal to the original's but for its end, so that it is ordered alike.
        const own = { ...copy, message_id: `${original.message_id}\u0000` };
        const amounts = (rows: readonly UsageRow[]) =>
          rows.filter(({ amount }) => amount.digits !== 0n).map((row) => [row.project, spell(row.amount)]);
        const isTie = compareDecimals(decimalOf(other), decimalOf(original.counter_volume)) === 0;
        if (isTie) return;
        expect(amounts(await rowsOf([...samples, copy]))).toEqual(amounts(await rowsOf([...samples, own])));
      }),
      runs,
    );
  });
});

function pieces(samples: readonly Sample[], cuts: readonly number[]): readonly (readonly Sample[])[] {
  const at = [0, ...cuts.filter((cut) => cut <= samples.length).sort((a, b) => a - b), samples.length];
  return at.slice(1).map((end, index) => samples.slice(at[index], end));
}

function foldOf(shape: Reading, samples: readonly Sample[]): Summary {
  return samples.reduce((summary, one) => {
    const level = {
      time: toInstant(one.time),
      volume: decimalOf(one.counter_volume),
      group: JSON.stringify([one.project_id]),
      sample: one,
    };
    return merged(shape, summary, summaryOf(shape, level));
  }, noSummary);
}

function spelledSums(sums: ReturnType<typeof finished>) {
  return new Map(
    Array.from(sums, ([group, periods]) => [
      group,
      Array.from(periods, (totals) => totals && { ...totals, amount: spell(totals.amount) }),
    ]),
  );
}

async function* newestFirst(samples: readonly Sample[]): AsyncGenerator<Sample> {
  yield* samples.toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
}
