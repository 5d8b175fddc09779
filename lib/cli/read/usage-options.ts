import { SECOND, toInstant } from "../../query/instant.ts";
import { type Borders, isZone, type Period, periodBorders, TooManyPeriods } from "../../query/periods.ts";
import { defaultRules, type UsageRules } from "../../query/rules.ts";
import type { UsageQuery } from "../../query/usage.ts";
import type { SampleFilter } from "../../storage/driver.ts";
import { parseFields } from "./group-option.ts";
import { type ReadingValues, toFilter } from "./reading-options.ts";
import { yearProblem } from "./year-problem.ts";

/** The options of usage beside those of every reading, for `parseOptions`. */
export const usageOptions = {
  meter: { type: "string", multiple: true },
  user: { type: "string" },
  source: { type: "string" },
  metadata: { type: "string", multiple: true },
  by: { type: "string" },
  period: { type: "string" },
  zone: { type: "string" },
  "max-gap": { type: "string", multiple: true },
  "time-window": { type: "boolean" },
} as const;

export const usageFilterHelp = `  --meter NAME      only this meter; may be given several times (default all but our own,
                    countersign.canary and countersign.doctor)
  --resource ID     only this resource
  --project ID      only this project
  --no-project      only what has no project: null, or an empty id; the same as --project ''
  --user ID         only this user
  --source NAME     only this source
  --metadata NAME=VALUE  only with this metadata; points lead into maps. May be given several times
  --by FIELD,…      a row for each of these, beside meter, type, unit and project: user_id, resource_id, source,
                    metadata.NAME
  --period LENGTH   a row for each hour, day or month, or for so many seconds each
  --zone NAME       the time zone of hours, days and months, such as Europe/Berlin (default UTC)
  --max-gap SECONDS how long a gauge's reading holds if no other comes (default 900); METER=SECONDS is for one meter
  --time-window     whoever collects into this storage refuses what is more than 35 days old, as countersign collect
                    --time-window and what is deployed do: without it no amount is ever final`;

export interface UsageValues {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly meter?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly source?: string | undefined;
  readonly metadata?: readonly string[] | undefined;
  readonly by?: string | undefined;
  readonly period?: string | undefined;
  readonly zone?: string | undefined;
  readonly "max-gap"?: readonly string[] | undefined;
}

/** The options of a query for usage, without those that a `SampleFilter` has. */
type UsageOptions = Pick<UsageQuery, "meters" | "user" | "source" | "metadata" | "by" | "rules"> & {
  readonly period?: Period;
};

type Problem = { readonly problem: string };

/** The longest that a reading may hold is the window. */
const MOST_GAP_SECONDS = defaultRules.window / SECOND;

/** What all the options of usage ask for. */
export function parseUsageQuery(values: UsageValues & Omit<ReadingValues, "meter">): UsageQuery | Problem {
  const options = parseUsageOptions(values);
  if ("problem" in options) return options;
  const { meter: _meters, ...readingValues } = values;
  const filter = toFilter(readingValues);
  return "problem" in filter ? filter : toUsageQuery(options, filter);
}

function parseUsageOptions(values: UsageValues): UsageOptions | Problem {
  const { meter: meters = [], user, source } = values;
  if (values.from === undefined || values.to === undefined) {
    const name = values.from === undefined ? "from" : "to";
    return { problem: `--${name} is missing, such as --${name} 2022-09-01: usage is of a stretch of time` };
  }
  const by = parseFields(values.by);
  if ("problem" in by) return by;
  const period = parsePeriod(values);
  if (period !== undefined && "problem" in period) return period;
  const rules = parseRules(values["max-gap"] ?? []);
  if ("problem" in rules) return rules;
  const metadata = parseMetadata(values.metadata ?? []);
  if ("problem" in metadata) return metadata;
  return {
    meters,
    by: by.fields,
    rules,
    ...(user !== undefined && { user }),
    ...(source !== undefined && { source }),
    ...(metadata.size > 0 && { metadata }),
    ...(period !== undefined && { period }),
  };
}

/** @param filter what every reading takes: times are given */
function toUsageQuery({ period, ...options }: UsageOptions, filter: SampleFilter): UsageQuery | Problem {
  const { from = "", to = "", resource, project } = filter;
  const problem = yearProblem({ from, to });
  if (problem !== undefined) return { problem };
  const borders = bordersOf(from, to, period);
  if ("problem" in borders) return borders;
  return {
    ...options,
    ...(resource !== undefined && { resource }),
    ...(project !== undefined && { project }),
    borders,
  };
}

function bordersOf(from: string, to: string, period: Period | undefined): Borders | Problem {
  try {
    return periodBorders(toInstant(from), toInstant(to), period);
  } catch (error) {
    if (error instanceof TooManyPeriods) return { problem: `--period: ${error.message}` };
    throw error;
  }
}

function parsePeriod({ period, zone }: UsageValues): Period | Problem | undefined {
  if (zone !== undefined && !isZone(zone)) {
    return { problem: `--zone: no time zone ${JSON.stringify(zone)}: expected an IANA name, such as Europe/Berlin` };
  }
  if (period === "hour" || period === "day" || period === "month") return { kind: period, zone: zone ?? "UTC" };
  if (zone !== undefined) return { problem: "--zone is for --period hour, day or month, and nothing else has one" };
  if (period === undefined) return undefined;
  if (!/^[1-9][0-9]{0,9}$/.test(period)) {
    return { problem: `--period: expected hour, day, month or a number of seconds, got ${JSON.stringify(period)}` };
  }
  return { kind: "seconds", seconds: Number(period) };
}

function parseRules(gaps: readonly string[]): UsageRules | Problem {
  let maxGap: number | undefined;
  const maxGaps = new Map<string, number>();
  for (const text of gaps) {
    const [, meter, digits = ""] = /^(?:(.+)=)?(.*)$/s.exec(text) ?? [];
    const seconds = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : Number.NaN;
    if (!(seconds <= MOST_GAP_SECONDS)) {
      return {
        problem: `--max-gap: expected SECONDS or METER=SECONDS, 0 to ${MOST_GAP_SECONDS}, got ${JSON.stringify(text)}`,
      };
    }
    if (meter === undefined ? maxGap !== undefined : maxGaps.has(meter)) {
      return { problem: `--max-gap: given twice${meter === undefined ? "" : ` for ${JSON.stringify(meter)}`}` };
    }
    if (meter === undefined) maxGap = seconds * SECOND;
    else maxGaps.set(meter, seconds * SECOND);
  }
  return { ...defaultRules, ...(maxGap !== undefined && { maxGap }), maxGaps };
}

function parseMetadata(texts: readonly string[]): ReadonlyMap<string, string> | Problem {
  const metadata = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf("=");
    if (at < 1) return { problem: `--metadata: expected NAME=VALUE, got ${JSON.stringify(text)}` };
    const name = text.slice(0, at);
    if (metadata.has(name))
      return { problem: `--metadata: given twice for ${JSON.stringify(name)}, which has one value` };
    metadata.set(name, text.slice(at + 1));
  }
  return metadata;
}
