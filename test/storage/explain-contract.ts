import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSignatureCheck } from "../../lib/cli/explain/signature-check.ts";
import { add, type Decimal, ZERO } from "../../lib/query/decimal.ts";
import { type ExplainedSeries, type ExplainQuery, explain } from "../../lib/query/explain/explain.ts";
import type { ExplainedSample } from "../../lib/query/explain/explained-samples.ts";
import { HOUR, SECOND, toInstant, toTime } from "../../lib/query/instant.ts";
import { defaultRules } from "../../lib/query/rules.ts";
import { usage } from "../../lib/query/usage.ts";
import { type CounterType, dialects, type Sample } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { captureIo } from "../support/captured-io.ts";
import { aSample } from "../support/sample-builder.ts";
import type { OpenedStorage } from "./contract.ts";
import { recorded } from "./reading.ts";

const FROM = toInstant("2022-09-30T00:00:00.000000Z");
const TO = FROM + 24 * HOUR;
const STEP = 600 * SECOND;
const withEnvelope = "proved at receipt, with its envelope";

/** What every storage promises of what explains a row of usage. */
export function describeExplainContract(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`${name}, as every storage, asked to explain a row of usage,`, () => {
    let storage: OpenedStorage;
    beforeEach(async () => {
      storage = await open();
    });
    afterEach(() => storage.close());

    // Beside the day's own, a delta has no neighbours.
    it.each([
      ["gauge", { verifies: 19, [withEnvelope]: 3 }],
      ["delta", { verifies: 17, [withEnvelope]: 2 }],
      ["cumulative", { verifies: 19, [withEnvelope]: 3 }],
    ] as const)("shows parts that add up to it, and samples whose signatures verify: of a %s", async (type, states) => {
      const samples = dayOf(type);
      expect(await storage.driver.record(samples)).toEqual(recorded(samples.length));
      const driver = await storage.reopen();
      const query: ExplainQuery = { meter: "m", by: [], project: "p-1", from: FROM, to: TO, rules: defaultRules };
      const explained = await explain(driver, query);
      if (explained.kind !== "explained") throw new Error(`${explained.rows.length} rows, where there is one`);
      const { row, series } = explained;

      expect([row]).toEqual(await usage(driver, { ...query, meters: ["m"], borders: [FROM, TO] }));
      expect(sumOf(series)).toEqual(row.amount);
      expect(await statesOf(series)).toEqual(states);
      const memory = openMemory();
      await memory.record(samples);
      expect(explained).toEqual(await explain(memory, query));
    });
  });
}

/**
 * Twelve readings each of two resources, one of which changes hands: with resets and a gap, a neighbour on either side of
 * the day, in every dialect and in envelopes, and with two conflicts.
 */
function dayOf(counter_type: CounterType): readonly Sample[] {
  const samples = ["vm-1", "vm-2"].flatMap((resource_id) =>
    volumes.map((counter_volume, index) => {
      // The first is before the day, and the last one after it.
      const time = toTime(FROM + (index - 1) * STEP + (index > 6 ? 22 * HOUR + 2 * STEP : 0) + 123_456);
      const project_id = resource_id === "vm-2" && index > 8 ? "p-2" : "p-1";
      const dialect = index % 6 === 5 ? "v2" : (dialects[index % dialects.length] ?? "py3");
      const resource_metadata = index % 2 === 0 ? plain : odd;
      const fields = { counter_name: "m", counter_type, counter_volume, resource_id, project_id, resource_metadata };
      return aSample({ ...fields, time, dialect });
    }),
  );
  const [, , , third, fourth] = samples;
  if (third === undefined || fourth === undefined) throw new Error("too few samples");
  const others = [contentOf(third, { counter_volume: 1n }), contentOf(fourth, { project_id: "p-2" })];
  return [...samples, ...others];
}

const volumes = Array.from({ length: 12 }, (_, index): Sample["counter_volume"] => {
  if (index === 4) return 2n ** 64n + 1n;
  return index % 3 === 0 ? index * 1.1 : BigInt(index) * 1_000_000_007n;
});

const plain = new Map<string, Value>([["flavor", new Map<string, Value>([["vcpus", 2n]])]]);
const odd = new Map<string, Value>([
  ["$x", Number.NaN],
  ["bytes", new Uint8Array([0x61])],
  ["ratio", 2.0],
]);

/** Another content of a sample's identity, as signed as it is. */
function contentOf(sample: Sample, changes: Partial<Sample>): Sample {
  return aSample({ ...sample, message_signature: "", ...changes });
}

function sumOf(series: readonly ExplainedSeries[]): Decimal {
  return series.flatMap(({ parts }) => parts).reduce<Decimal>((sum, { amount }) => add(sum, amount), ZERO);
}

/** How many signatures are in each state, of all samples that may be shown whole. */
async function statesOf(series: readonly ExplainedSeries[]): Promise<Readonly<Record<string, number>>> {
  const check = await openSignatureCheck({ secret: ["a secret of the tests"] }, captureIo());
  if ("problem" in check) throw new Error(check.problem);
  const states: Record<string, number> = {};
  const own = (one: ExplainedSample) => (one.role === "foreign" ? [] : [one.sample]);
  for (const sample of series.flatMap(({ samples }) => samples.flatMap(own))) {
    const { state } = check(sample);
    states[state] = (states[state] ?? 0) + 1;
  }
  return states;
}
