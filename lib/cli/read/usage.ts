import { isFinal } from "../../query/rules.ts";
import { type UsageRow, usageWithin } from "../../query/usage.ts";
import { type Command, EXIT_OK, usageError } from "../command/command.ts";
import { parseOptions } from "../command/parse-options.ts";
import { reading, readingHelp, readingOptions, sampleFilterOptions } from "./reading-options.ts";
import { parseRowLimit, rowLimitHelp, rowLimitOptions, tooManyRows } from "./row-limit-option.ts";
import { parseUsageQuery, usageFilterHelp, usageOptions } from "./usage-options.ts";
import { usageLine } from "./usage-row.ts";
import { usageTable } from "./usage-table.ts";

export const usageCommand: Command = {
  help: `usage: countersign usage --storage URL --from TIME --to TIME [OPTION…]

Adds up what was used: of a delta its volumes, of a cumulative counter its rises, of a gauge its level times the
hours that it held. Sums are exact, and those of periods that touch add up to that of both; docs/usage.md has the
rules. Beside each amount stands how much of the time was measured (COVERED), what was odd (NOTES), and whether samples
that are still to come may change it. What was there before and was not measured has a row with 0: missing is not zero.

${readingHelp}
${usageFilterHelp}
${rowLimitHelp}`,

  async run(args, io) {
    const { limit: _limit, ...common } = readingOptions;
    const { meter: _meter, ...filters } = sampleFilterOptions;
    const { values } = parseOptions({
      args: [...args],
      options: { ...common, ...filters, ...usageOptions, ...rowLimitOptions },
    });
    const query = parseUsageQuery(values);
    if ("problem" in query) return usageError(io, query.problem);
    const most = parseRowLimit(values["max-rows"]);
    if (typeof most !== "number") return usageError(io, most.problem);
    const { meter: _meters, ...readingValues } = values;
    let outcome = EXIT_OK;
    const read = await reading(readingValues, io, async (storage) => {
      const rows = await usageWithin(most, storage, query);
      if (rows === undefined) {
        outcome = usageError(io, tooManyRows(most));
        return;
      }
      const now = Date.now() * 1_000;
      const final = ({ to }: UsageRow) => values["time-window"] === true && isFinal(query.rules, to, now);
      for (const line of values.json ? jsonLines(rows, final) : usageTable(rows, final, io.width)) {
        io.out(line);
        await io.drained();
      }
    });
    return Math.max(read, outcome);
  },
};

/** One after the other: together they are larger than the rows. */
function* jsonLines(rows: readonly UsageRow[], final: (row: UsageRow) => boolean): Generator<string> {
  for (const row of rows) yield usageLine(row, final(row));
}
