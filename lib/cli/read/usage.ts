import { isFinal } from "../../query/rules.ts";
import { type UsageRow, usage } from "../../query/usage.ts";
import { type Command, usageError } from "../command/command.ts";
import { parseOptions } from "../command/parse-options.ts";
import { reading, readingHelp, readingOptions, sampleFilterOptions } from "./reading-options.ts";
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
${usageFilterHelp}`,

  async run(args, io) {
    const { limit: _limit, ...common } = readingOptions;
    const { meter: _meter, ...filters } = sampleFilterOptions;
    const { values } = parseOptions({
      args: [...args],
      options: { ...common, ...filters, ...usageOptions },
    });
    const query = parseUsageQuery(values);
    if ("problem" in query) return usageError(io, query.problem);
    const { meter: _meters, ...readingValues } = values;
    return reading(readingValues, io, async (storage) => {
      const rows = await usage(storage, query);
      const now = Date.now() * 1_000;
      const final = ({ to }: UsageRow) => values["time-window"] === true && isFinal(query.rules, to, now);
      const lines = values.json ? rows.map((row) => usageLine(row, final(row))) : usageTable(rows, final, io.width);
      for (const line of lines) {
        io.out(line);
        await io.drained();
      }
    });
  },
};
