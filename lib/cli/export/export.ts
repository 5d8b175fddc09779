import type { parseArgs } from "node:util";
import { isFinal } from "../../query/rules.ts";
import { type UsageRow, usageWithin } from "../../query/usage.ts";
import type { StoredSample } from "../../storage/driver.ts";
import { toRow } from "../../storage/rows/record-row.ts";
import { type Command, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { markedRow } from "../read/marked-row.ts";
import { pageOf, tellMore } from "../read/page.ts";
import {
  pagingOptions,
  rangeHelp,
  reading,
  readingOptions,
  sampleFilterOptions,
  strictHelp,
} from "../read/reading-options.ts";
import { parseRowLimit, rowLimitHelp, rowLimitOptions, tooManyRows } from "../read/row-limit-option.ts";
import { parseUsageQuery, usageFilterHelp, usageOptions } from "../read/usage-options.ts";
import { jsonLine } from "./column.ts";
import { sampleColumns } from "./sample-columns.ts";
import { usageColumns } from "./usage-columns.ts";
import { type Format, formats, progressing, writeRows } from "./write-rows.ts";

const subjects = ["usage", "samples"] as const;

const { json: _json, ...common } = readingOptions;
const { meter: _meter, ...filters } = sampleFilterOptions;
const options = {
  ...common,
  ...filters,
  ...pagingOptions,
  ...usageOptions,
  ...rowLimitOptions,
  format: { type: "string" },
  what: { type: "string", default: "usage" },
} as const;

/** What the one subject takes and the other does not. */
const ofUsage = ["user", "source", "metadata", "by", "period", "zone", "max-gap", "time-window", "max-rows"] as const;
const ofSamples = ["limit", "after"] as const;

export const exportCommand: Command = {
  help: `usage: countersign export --storage URL --format csv|jsonl [--what usage|samples] [OPTION…]

Writes what was used, or the samples themselves, for other programs. CSV is by RFC 4180; a text in it that a spreadsheet
would take for a formula begins with a ' that is not its own. Usage has the names that FOCUS 1 has for it, where it has
any: docs/usage.md lists them. With jsonl, samples are what countersign samples --json prints.

  --format NAME     csv or jsonl: one line of JSON each
  --what NAME       usage (the default) or samples
${rangeHelp}
${strictHelp}
${usageFilterHelp}
${rowLimitHelp}
  --limit N         with samples: at most so many, and on standard error the place where it goes on; default all
  --after PLACE     with samples: go on behind that place`,

  async run(args, io) {
    const { values } = parseOptions({ args: [...args], options });
    const format = formats.find((one) => one === values.format);
    if (format === undefined) return usageError(io, `--format: expected csv or jsonl, got ${shown(values.format)}`);
    const what = subjects.find((one) => one === values.what);
    if (what === undefined) return usageError(io, `--what: expected usage or samples, got ${shown(values.what)}`);
    const misplaced = (what === "usage" ? ofSamples : ofUsage).find((name) => values[name] !== undefined);
    if (misplaced !== undefined) {
      return usageError(io, `--${misplaced} is for --what ${what === "usage" ? "samples" : "usage"}`);
    }
    return what === "usage" ? exportUsage(values, format, io) : exportSamples(values, format, io);
  },
};

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

async function exportUsage(values: Values, format: Format, io: Io): Promise<number> {
  const query = parseUsageQuery(values);
  if ("problem" in query) return usageError(io, query.problem);
  const most = parseRowLimit(values["max-rows"]);
  if (typeof most !== "number") return usageError(io, most.problem);
  const { meter: _meters, ...readingValues } = values;
  let outcome = EXIT_OK;
  const read = await reading(readingValues, io, (storage) =>
    progressing(io, async (progress) => {
      const now = Date.now() * 1_000;
      const final = ({ to }: UsageRow) => values["time-window"] === true && isFinal(query.rules, to, now);
      const columns = usageColumns(query.by, final);
      const rows = await usageWithin(most, progress.counting(storage), query);
      if (rows === undefined) outcome = usageError(io, tooManyRows(most));
      else await writeRows(rows, { format, columns, toJson: (row) => jsonLine(columns, row) }, io, progress);
    }),
  );
  return Math.max(read, outcome);
}

async function exportSamples(values: Values, format: Format, io: Io): Promise<number> {
  const { meter: [meter, ...others] = [], ...readingValues } = values;
  if (others.length > 0) return usageError(io, "--meter: samples are exported of one meter, or of all");
  return reading({ ...readingValues, meter }, io, (storage, { limit: asked, ...filter }) =>
    progressing(io, async (progress) => {
      const read = progress.counting(storage);
      const page = pageOf(asked, (limit) => read.samples({ ...filter, ...limit }));
      const toJson = (sample: StoredSample) => markedRow(sample, toRow(sample, sample.conflict));
      await writeRows(page.records, { format, columns: sampleColumns, toJson }, io, progress);
      tellMore(page, io, {});
    }),
  );
}

function shown(value: string | undefined): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
