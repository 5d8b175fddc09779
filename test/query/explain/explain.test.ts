import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { add, type Decimal, spell, ZERO } from "../../../lib/query/decimal.ts";
import {
  type ExplainedPart,
  type ExplainedSeries,
  type ExplainQuery,
  explain,
} from "../../../lib/query/explain/explain.ts";
import { defaultRules } from "../../../lib/query/rules.ts";
import { type UsageRow, usage } from "../../../lib/query/usage.ts";
import type { StorageDriver } from "../../../lib/storage/driver.ts";
import { openMemory } from "../../../lib/storage/memory/memory.ts";
import { type Random, seededRandom } from "../../support/random.ts";
import { seededMonth } from "../seeded-month.ts";
import { questions } from "../usage-agreement.ts";
import type { ReferenceQuery } from "../usage-reference.ts";

/** `npm run laws` asks more, of more. */
const SAMPLES = Number(process.env.AGREE_SAMPLES ?? 1_200);
const QUERIES = Number(process.env.AGREE_QUERIES ?? 10);
/** Of each answer, as many are explained. */
const ROWS = 40;

/** One row of an answer, as somebody would ask about it. */
function queryOf(row: UsageRow, { maxGap, ...question }: ReferenceQuery): ExplainQuery {
  const { group } = row;
  const [user, source, resource] = [group.get("user_id"), group.get("source"), group.get("resource_id")];
  const flavor = group.get("metadata.flavor");
  return {
    ...question,
    meter: row.meter,
    type: row.type,
    unit: row.unit,
    project: row.project,
    ...(user !== undefined && { user }),
    ...(typeof source === "string" && { source }),
    ...(typeof resource === "string" && { resource }),
    ...(flavor !== undefined && { metadata: new Map([["flavor", flavor]]) }),
    from: row.from,
    to: row.to,
    rules: { ...defaultRules, maxGap },
  };
}

/** What the parts and samples say, in the words of the row. */
function added(series: readonly ExplainedSeries[], { type, from, to }: UsageRow) {
  const parts = series.flatMap((one) => one.parts);
  const lengthOf = (...rules: readonly ExplainedPart["rule"][]) =>
    parts.reduce((sum, one) => (rules.includes(one.rule) ? sum + BigInt(one.to - one.from) : sum), 0n);
  const ended = (rule: ExplainedPart["rule"]) => (one: ExplainedPart) =>
    one.rule === rule && one.end !== undefined && one.end.time >= from && one.end.time < to;
  return {
    amount: spell(parts.reduce<Decimal>((sum, { amount }) => add(sum, amount), ZERO)),
    covered: type === "delta" ? null : lengthOf("rise", "reset", "disorder", "held"),
    gap: type === "delta" ? null : lengthOf("gap"),
    samples: series.flatMap(({ samples }) => samples.filter(({ role }) => role === "counted")).length,
    resets: parts.filter(ended("reset")).length,
    disorder: parts.filter(ended("disorder")).length,
    resources: series.length,
  };
}

function figures({ amount, covered, gap, samples, resets, disorder, resources }: UsageRow) {
  return { amount: spell(amount), covered, gap, samples, resets, disorder, resources };
}

const rules = new Set<string>();
const roles = new Set<string>();

async function explainSome(storage: StorageDriver, question: ReferenceQuery, random: Random): Promise<void> {
  const rows = await usage(storage, { ...question, rules: { ...defaultRules, maxGap: question.maxGap } });
  for (const row of rows.filter(() => random.chance(ROWS / rows.length))) {
    const query = queryOf(row, question);
    const explained = await explain(storage, query);
    if (explained.kind !== "explained") throw new Error(`${explained.rows.length} rows, where there is one`);
    expect(figures(explained.row)).toEqual(figures(row));
    expect({ query, ...added(explained.series, row) }).toEqual({ query, ...figures(row) });
    for (const { parts, samples } of explained.series) {
      for (const { rule } of parts) rules.add(rule);
      for (const { role } of samples) roles.add(role);
      expect(parts.map(({ from }) => from)).toEqual(parts.map(({ from }) => from).sort((a, b) => a - b));
    }
  }
}

describe("what explains a row", () => {
  beforeAll(() => {
    rules.clear();
    roles.clear();
  });

  it.each([1, 2, 3])(
    "adds up to its amount, its time, its samples and its marks, in a month with seed %i",
    async (seed) => {
      const month = seededMonth(seed, SAMPLES);
      const storage = openMemory();
      await storage.record(month.samples);
      const random = seededRandom(seed);
      const whole: ReferenceQuery = { by: ["resource_id"], borders: [month.from, month.to], maxGap: 3_600_000_000 };
      for (const question of [whole, ...questions(month, QUERIES, 1)]) await explainSome(storage, question, random);
    },
    3_600_000,
  );

  afterAll(() => {
    // What never came would not have been tried.
    const counters = ["baseline", "new baseline", "rise", "reset", "disorder"];
    expect(rules).toEqual(new Set([...counters, "volume", "held", "gap", "unmeasured"]));
    expect(roles).toEqual(new Set(["counted", "neighbour", "outdone", "foreign"]));
  });
});
