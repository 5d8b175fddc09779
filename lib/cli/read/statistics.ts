import { type Decimal, spell } from "../../query/decimal.ts";
import { SECOND, toMicros } from "../../query/instant.ts";
import { type CardinalityField, cardinalityFields, type StatisticsRow, statistics } from "../../query/statistics.ts";
import { type Command, usageError } from "../command/command.ts";
import { parseOptions } from "../command/parse-options.ts";
import { table } from "../command/table.ts";
import { parseFields } from "./group-option.ts";
import {
  reading,
  readingHelp,
  readingOptions,
  sampleFilterHelp,
  sampleFilterOptions,
  toFilter,
} from "./reading-options.ts";

const standard = ["count", "sum", "min", "max", "avg", "stddev"] as const;
type Standard = (typeof standard)[number];
type Aggregate = Standard | `cardinality/${CardinalityField}`;
const aggregates: readonly Aggregate[] = [
  ...standard,
  ...cardinalityFields.map((field): Aggregate => `cardinality/${field}`),
];

export const statisticsCommand: Command = {
  help: `usage: countersign statistics --storage URL --meter NAME [OPTION…]

Ceilometer's statistics of one meter: count, sum, min, max and avg of the samples' volumes, and how long they lasted;
of samples in conflict, what counts. They say nothing of what was used: countersign usage does. Sums are exact; avg and
stddev have 28 significant digits. Units that Ceilometer 26.0 renamed are one.

${readingHelp}
${sampleFilterHelp}
  --by FIELD,…      a row for each project_id, user_id, resource_id, source or metadata.NAME
  --period SECONDS  a row for each period, counted from --from or the first sample; none for an empty one
  --aggregate NAME  also stddev, or cardinality/FIELD of user_id, project_id, resource_id or source. May be given
                    several times; with --json, what is asked for stands in "aggregate"`,

  async run(args, io) {
    const { limit: _limit, ...common } = readingOptions;
    const own = {
      by: { type: "string" },
      period: { type: "string" },
      aggregate: { type: "string", multiple: true },
    } as const;
    const { values } = parseOptions({ args: [...args], options: { ...common, ...sampleFilterOptions, ...own } });
    const { meter, aggregate = [] } = values;
    if (meter === undefined)
      return usageError(io, "--meter is missing, such as --meter cpu: statistics are of one meter");
    const by = parseFields(values.by);
    if ("problem" in by) return usageError(io, by.problem);
    if (values.period !== undefined && !/^[1-9][0-9]{0,9}$/.test(values.period)) {
      return usageError(io, `--period: expected a number of seconds, got ${JSON.stringify(values.period)}`);
    }
    const unknown = aggregate.find((name) => !isAggregate(name));
    if (unknown !== undefined) {
      return usageError(io, `--aggregate: no ${JSON.stringify(unknown)}: choose from ${aggregates.join(", ")}`);
    }
    const filter = toFilter(values);
    if ("problem" in filter) return usageError(io, filter.problem);
    const asked = aggregate.filter(isAggregate);
    const cardinality = cardinalityFields.filter((field) => asked.includes(`cardinality/${field}`));
    const period = values.period === undefined ? {} : { period: Number(values.period) };
    const query = { ...filter, ...period, meter, by: by.fields, cardinality };
    return reading(values, io, async (storage) => {
      const rows = await statistics(storage, query);
      for (const line of values.json ? rows.map((row) => toLine(row, asked)) : toTable(rows, asked)) {
        io.out(line);
        await io.drained();
      }
    });
  },
};

function isAggregate(name: string): name is Aggregate {
  return aggregates.some((one) => one === name);
}

/** The names are Ceilometer's. */
function toLine(row: StatisticsRow, asked: readonly Aggregate[]): string {
  const { group, durationStart, durationEnd, periodStart, periodEnd } = row;
  const chosen = asked.map((name) => `${JSON.stringify(name)}:${valueOfAggregate(row, name)}`);
  const fields = [
    ["unit", JSON.stringify(row.unit)],
    ["groupby", group.size === 0 ? "null" : JSON.stringify(Object.fromEntries(group))],
    ["period", String(row.period)],
    ["period_start", JSON.stringify(periodStart)],
    ["period_end", JSON.stringify(periodEnd)],
    ["duration", spell(durationOf(row))],
    ["duration_start", JSON.stringify(durationStart)],
    ["duration_end", JSON.stringify(durationEnd)],
    ...(["count", "sum", "min", "max", "avg"] as const).map((name) => [name, valueOfAggregate(row, name)]),
    ["aggregate", `{${chosen.join(",")}}`],
  ];
  return `{${fields.map(([name, value]) => `"${name}":${value}`).join(",")}}`;
}

function toTable(rows: readonly StatisticsRow[], asked: readonly Aggregate[]): readonly string[] {
  const [first] = rows;
  const fields = Array.from(first?.group.keys() ?? []);
  const shown: readonly Aggregate[] = Array.from(new Set<Aggregate>(["count", "sum", "min", "max", "avg", ...asked]));
  return table(
    [
      "FROM",
      ...fields.map((field) => field.toUpperCase()),
      "UNIT",
      ...shown.map((name) => name.toUpperCase()),
      "SECONDS",
    ],
    rows.map((row) => [
      row.periodStart,
      ...fields.map((field) => row.group.get(field) ?? "-"),
      row.unit,
      ...shown.map((name) => valueOfAggregate(row, name)),
      spell(durationOf(row)),
    ]),
  );
}

function valueOfAggregate(row: StatisticsRow, name: Aggregate): string {
  const field = cardinalityFields.find((one) => name === `cardinality/${one}`);
  if (field !== undefined) return String(row.cardinality.get(field) ?? 0);
  const value = standard.map((one) => (one === name ? row[one] : undefined)).find((one) => one !== undefined);
  return typeof value === "object" ? spell(value) : String(value ?? 0);
}

function durationOf({ durationStart, durationEnd }: StatisticsRow): Decimal {
  return { digits: toMicros(durationEnd) - toMicros(durationStart), scale: Math.log10(SECOND) };
}
