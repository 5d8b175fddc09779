import type { ExplainQuery } from "../../query/explain/explain.ts";
import { canonicalUnit } from "../../query/units.ts";
import { type CounterType, counterTypes } from "../../sample/sample.ts";
import { type ReadingValues, sampleFilterOptions } from "../read/reading-options.ts";
import { parseUsageQuery, type UsageValues, usageOptions } from "../read/usage-options.ts";

const { meter, ...filterOptions } = sampleFilterOptions;
const { period: _period, zone: _zone, ...groupOptions } = usageOptions;

/** The options of usage that choose a row, for `parseOptions`. */
export const rowOptions = {
  ...filterOptions,
  ...groupOptions,
  meter,
  type: { type: "string" },
  unit: { type: "string" },
  "no-user": { type: "boolean" },
  "no-metadata": { type: "string", multiple: true },
} as const;

export const rowHelp = `  --meter NAME      the row's meter
  --type TYPE       its type, for a meter that has several: gauge, delta or cumulative
  --unit NAME       its unit, for a meter that has several
  --project ID      its project
  --no-project      the row without a project; the same as --project ''
  --resource ID     only this resource
  --user ID, --no-user  only this user, or samples without one
  --source NAME     only this source
  --metadata NAME=VALUE, --no-metadata NAME  only with this metadata, or without; may be given several times
  --by FIELD,…      as usage was given it: what it names has to be chosen by the options above
  --max-gap SECONDS how long a gauge's reading holds if no other comes, as usage was given it (default 900)`;

export interface RowValues extends Omit<UsageValues, "meter" | "period" | "zone">, ReadingValues {
  readonly type?: string | undefined;
  readonly unit?: string | undefined;
  readonly "no-user"?: boolean | undefined;
  readonly "no-metadata"?: readonly string[] | undefined;
}

type Problem = { readonly problem: string };

export function parseRow(values: RowValues): ExplainQuery | Problem {
  const { meter, type, unit, "no-user": noUser = false, "no-metadata": without = [], ...others } = values;
  if (meter === undefined) return { problem: "--meter is missing, such as --meter cpu: one row of usage is explained" };
  if (!isCounterType(type)) {
    return { problem: `--type: expected gauge, delta or cumulative, got ${JSON.stringify(type)}` };
  }
  if (noUser && others.user !== undefined) return { problem: "give either --user or --no-user" };
  const query = parseUsageQuery({ ...others, meter: [meter] });
  if ("problem" in query) return query;
  const { meters: _meters, borders, ...rest } = query;
  const both = without.find((name) => query.metadata?.has(name));
  if (both !== undefined) return { problem: `give either --metadata or --no-metadata for ${JSON.stringify(both)}` };
  return {
    ...rest,
    meter,
    metadata: new Map([...(query.metadata ?? []), ...without.map((name) => [name, null] as const)]),
    ...(noUser && { user: null }),
    ...(type !== undefined && { type }),
    ...(unit !== undefined && { unit: canonicalUnit(meter, unit) }),
    from: borders[0] ?? 0,
    to: borders.at(-1) ?? 0,
  };
}

function isCounterType(type: string | undefined): type is CounterType | undefined {
  return type === undefined || counterTypes.some((one) => one === type);
}
