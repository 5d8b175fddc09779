import { parseArgs } from "node:util";
import { isFinal } from "../../query/rules.ts";
import { type UsageRow, usage } from "../../query/usage.ts";
import { type Command, usageError } from "../command/command.ts";
import { reading, readingHelp, readingOptions, sampleFilterOptions, toFilter } from "./reading-options.ts";
import { parseUsageOptions, toUsageQuery, usageOptions } from "./usage-options.ts";
import { usageLine } from "./usage-row.ts";
import { usageTable } from "./usage-table.ts";

export const usageCommand: Command = {
  help: `usage: countersign usage --storage URL --from TIME --to TIME [OPTION…]

Adds up what was used: of a delta its volumes, of a cumulative counter its rises, of a gauge its level times the
hours that it held. Sums are exact, and those of periods that touch add up to that of both; docs/usage.md has the
rules. Beside each amount stands how much of the time was measured (COVERED), what was odd (NOTES), and whether samples
that are still to come may change it. What was there before and was not measured has a row with 0: missing is not zero.

${readingHelp}
  --meter NAME      only this meter; may be given several times
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
                    --time-window and what is deployed do: without it no amount is ever final`,

  async run(args, io) {
    const { limit: _limit, ...common } = readingOptions;
    const { meter: _meter, ...filters } = sampleFilterOptions;
    const { values } = parseArgs({
      args: [...args],
      options: { ...common, ...filters, ...usageOptions, "time-window": { type: "boolean", default: false } },
    });
    const options = parseUsageOptions(values);
    if ("problem" in options) return usageError(io, options.problem);
    const { meter: _meters, ...readingValues } = values;
    const filter = toFilter(readingValues);
    if ("problem" in filter) return usageError(io, filter.problem);
    const query = toUsageQuery(options, filter);
    if ("problem" in query) return usageError(io, query.problem);
    return reading(readingValues, io, async (storage) => {
      const rows = await usage(storage, query);
      const now = Date.now() * 1_000;
      const final = ({ to }: UsageRow) => values["time-window"] && isFinal(query.rules, to, now);
      const lines = values.json ? rows.map((row) => usageLine(row, final(row))) : usageTable(rows, final, io.width);
      for (const line of lines) {
        io.out(line);
        await io.drained();
      }
    });
  },
};
