import { expect } from "vitest";
import { spell } from "../../lib/query/decimal.ts";
import type { GroupField } from "../../lib/query/groups.ts";
import { type Period, periodBorders } from "../../lib/query/periods.ts";
import { defaultRules } from "../../lib/query/rules.ts";
import { type UsageRow, usage } from "../../lib/query/usage.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { type Month, seededMonth } from "./seeded-month.ts";
import { type ReferenceQuery, referenceUsage } from "./usage-reference.ts";

interface Size {
  readonly samples: number;
  readonly queries: number;
}

/**
 * Records a seeded month in each storage, as it arrives, and asks each the same questions as the reference.
 * @param size unless `npm run laws` asks more, of more
 */
export async function expectAgreement(seed: number, storages: readonly StorageDriver[], size: Size): Promise<void> {
  const month = seededMonth(seed, Number(process.env.AGREE_SAMPLES ?? size.samples));
  const queries = Number(process.env.AGREE_QUERIES ?? size.queries);
  for (const storage of storages) await recordAll(storage, month.samples);
  for (const query of questions(month, queries, Math.ceil(queries / 20))) {
    const expected = referenceUsage(month.samples, query);
    for (const storage of storages) {
      const lines = await usageLines(storage, query);
      expect({ storage: storage.name, query, lines }).toEqual({ storage: storage.name, query, lines: expected });
    }
  }
}

/**
 * In few batches: a log has an object for each batch and day, and each question reads most of them. What fails comes
 * again, as a queue would deliver it.
 */
async function recordAll(storage: StorageDriver, samples: readonly Sample[]): Promise<void> {
  const batch = Math.min(MOST_IN_BATCH, Math.ceil(samples.length / 3));
  for (let at = 0; at < samples.length; at += batch) {
    let left = samples.slice(at, at + batch);
    for (let tries = 0; left.length > 0 && tries < 5; tries++) {
      const outcomes = await storage.record(left);
      left = left.filter((_, index) => outcomes[index]?.kind !== "recorded");
    }
    expect(left).toEqual([]);
  }
}

/** A line per row, as `referenceUsage` gives them. */
async function usageLines(storage: Pick<StorageDriver, "samples">, query: ReferenceQuery) {
  const rows = await usage(storage, { ...query, rules: { ...defaultRules, maxGap: query.maxGap } });
  return rows.map(lineOf).sort();
}

/** Random questions about a month, and what the reference answers. */
export function questions(month: Month, count: number, unfiltered: number): readonly ReferenceQuery[] {
  const random = seededRandom(month.seed + 1_000);
  return Array.from({ length: count }, (_, index) => question(random, month, index < unfiltered));
}

function lineOf({ meter, type, unit, project, group, from, to, ...row }: UsageRow): string {
  const key = JSON.stringify([meter, type, unit, project, ...group.values(), from, to]);
  const counts = [row.samples, row.resources, row.resets, row.disorder, row.conflicts];
  return [key, spell(row.amount), ...counts, row.covered, row.gap, row.first, row.last].join();
}

const SECOND = 1_000_000;
const MOST_IN_BATCH = 8_000;
const fields: readonly [GroupField, ...GroupField[]] = [
  "project_id",
  "user_id",
  "resource_id",
  "source",
  "unit",
  "metadata.flavor",
];
const names = ["cpu", "network.incoming.bytes", "memory", "volume.size", "requests", "bandwidth"] as const;

function question(random: Random, month: Month, isUnfiltered: boolean): ReferenceQuery {
  const length = month.to - month.from;
  const whole = random.chance(0.3);
  const from = whole ? month.from : month.from + random.integer(20) * (length / 20) + random.integer(1_000_000);
  const to = whole ? month.to : from + 1 + random.pick([3_600, 86_400, 864_000]) * SECOND + random.integer(1_000_000);
  const period = periodOf(random, month.zone, to - from);
  const [first = "server-0", ...more] = month.resources;
  const optional = <T>(value: T, probability = 0.3) => (random.chance(probability) ? value : undefined);
  const filter = isUnfiltered
    ? {}
    : {
        meters: optional(
          Array.from({ length: 1 + random.integer(2) }, () => random.pick(names)),
          0.8,
        ),
        resource: optional(random.pick([first, ...more]), 0.5),
        project: optional(random.pick(["project-1", "project-2", null])),
        user: optional(random.pick(["user-1", "user-3"]), 0.1),
        source: optional("openstack", 0.1),
        metadata: optional(new Map([["flavor", "small"]]), 0.15),
      };
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  const isFiltered = isUnfiltered || Object.keys(given).length > 0;
  return {
    ...(isFiltered ? given : { meters: [random.pick(names)] }),
    by: Array.from(new Set(Array.from({ length: random.integer(3) }, () => random.pick(fields)))),
    borders: periodBorders(from, to, period),
    maxGap: random.pick([900, 3_600, 86_400 * 3]) * SECOND,
  };
}

function periodOf(random: Random, zone: string, length: number): Period | undefined {
  const isShort = length < 3 * 86_400 * SECOND;
  return random.pick<Period | undefined>([
    undefined,
    { kind: "day", zone },
    { kind: isShort ? "hour" : "month", zone },
    { kind: "seconds", seconds: isShort ? 1_000 : 100_000 },
  ]);
}
