import { parseOptions } from "../../../lib/cli/command/parse-options.ts";
import { readingOptions, sampleFilterOptions } from "../../../lib/cli/read/reading-options.ts";
import { parseUsageQuery, usageOptions } from "../../../lib/cli/read/usage-options.ts";
import { usageLine } from "../../../lib/cli/read/usage-row.ts";
import { parseTimestamp } from "../../../lib/judge/parse/timestamp.ts";
import { identitiesOf } from "../../../lib/query/identities.ts";
import { toInstant } from "../../../lib/query/instant.ts";
import type { Part } from "../../../lib/query/parts.ts";
import { isFinal } from "../../../lib/query/rules.ts";
import type { Interval } from "../../../lib/query/stretch.ts";
import { samplesFor, UsageFold, type UsageQuery, type UsageRow, usage } from "../../../lib/query/usage.ts";
import { counterTypes, type Sample } from "../../../lib/sample/sample.ts";
import type { StorageDriver, StoredSample } from "../../../lib/storage/driver.ts";
import { openMemory } from "../../../lib/storage/memory/memory.ts";
import { settlementFor } from "../../../lib/storage/settlement.ts";
import { fromExactJson } from "../../../lib/wire/exact-json.ts";
import { aSample } from "../../support/sample-builder.ts";
import type { Example, MeterWords, Table } from "./example.ts";

/** A question of an example, and all that is known of its answer. */
export interface Worked {
  readonly command: string;
  readonly answer: Table;
  readonly query: UsageQuery;
  readonly rows: readonly UsageRow[];
  /** As `usage --json` prints them. */
  readonly printed: readonly ReadonlyMap<string, unknown>[];
  /** What the fold notes while it adds up: that laws are at work is seen here. */
  readonly parts: readonly Part[];
  readonly intervals: readonly Interval[];
  /** All that was stored by then, newest first. */
  readonly stored: readonly StoredSample[];
  /** How many times something was delivered by then. */
  readonly delivered: number;
}

const DECISION = { reason: "of an example", by: "a reader", at: "2022-10-01T00:00:00.000000Z" };

/** Does what an example says, over a storage of its own. @throws if it says what can't be done */
export async function worked(example: Example): Promise<readonly Worked[]> {
  const storage = openMemory();
  const found: Worked[] = [];
  let delivered = 0;
  for (const step of example.steps) {
    if (step.kind === "question") {
      found.push({ ...step, ...(await asked(storage, step.command)), delivered });
      continue;
    }
    for (const row of step.table.rows) {
      const isSettlement = row.get("settled") === "right";
      if (!isSettlement) delivered += 1;
      const sample = sampleOf(step.meter, row, `message-${delivered}`);
      if (isSettlement) await storage.settle(settlementFor(sample, DECISION));
      else await storage.record([sample]);
    }
  }
  return found;
}

async function asked(storage: StorageDriver, command: string) {
  const [, args = "", at] = /^countersign usage (.*?)(?: # asked at (\S+))?$/.exec(command) ?? [];
  const { limit: _limit, ...common } = readingOptions;
  const { meter: _meter, ...filters } = sampleFilterOptions;
  const { values } = parseOptions({ args: args.split(" "), options: { ...common, ...filters, ...usageOptions } });
  const query = parseUsageQuery(values);
  if ("problem" in query) throw new Error(query.problem);
  const rows = await usage(storage, query);
  const now = at === undefined ? undefined : toInstant(parseTimestamp(at) ?? "");
  const printed = rows.map((row) => {
    const final = now === undefined ? undefined : values["time-window"] === true && isFinal(query.rules, row.to, now);
    const fields: Record<string, unknown> = JSON.parse(usageLine(row, final ?? false));
    // What depends on the moment of asking has no cell where that is not said.
    return new Map(Object.entries({ ...fields, final }));
  });
  return { query, rows, printed, ...(await observed(storage, query)) };
}

async function observed(storage: StorageDriver, query: UsageQuery) {
  const parts: Part[] = [];
  const intervals: Interval[] = [];
  const fold = new UsageFold(query, () => ({
    part: (part) => parts.push(part),
    interval: (interval) => intervals.push(interval),
  }));
  for (const filter of samplesFor(query)) {
    for await (const identity of identitiesOf(storage.samples(filter))) fold.add(identity);
  }
  fold.rows();
  const stored: StoredSample[] = [];
  for await (const sample of storage.samples({})) stored.push(sample);
  return { parts, intervals, stored };
}

const known = ["timestamp", "message_id", "project_id", "counter_unit", "counter_volume", "settled"];

function sampleOf(meter: MeterWords, row: ReadonlyMap<string, string>, messageId: string): Sample {
  const unknown = Array.from(row.keys()).filter((column) => !known.includes(column));
  const counter_type = counterTypes.find((type) => type === meter.type);
  const volume = fromExactJson(row.get("counter_volume") ?? "");
  const isNumber = volume.ok && (typeof volume.value === "number" || typeof volume.value === "bigint");
  if (unknown.length > 0 || counter_type === undefined || !isNumber) {
    throw new Error(`no sample: ${meter.type} ${Array.from(row).join(" ")}`);
  }
  return aSample({
    timestamp: row.get("timestamp"),
    counter_name: meter.name,
    counter_type,
    counter_unit: row.get("counter_unit") ?? meter.unit,
    counter_volume: volume.value,
    project_id: row.get("project_id") ?? "p",
    message_id: row.get("message_id") ?? messageId,
    // Nothing here looks at signatures.
    message_signature: "0".repeat(64),
  });
}
