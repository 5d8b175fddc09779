import { type Meter, meters } from "../../query/meters.ts";
import type { Command } from "../command/command.ts";
import { parseOptions } from "../command/parse-options.ts";
import { table } from "../command/table.ts";
import { pageOf, tellMore } from "./page.ts";
import {
  pagingHelp,
  pagingOptions,
  reading,
  readingHelp,
  readingOptions,
  sampleFilterHelp,
  sampleFilterOptions,
} from "./reading-options.ts";

export const metersCommand: Command = {
  help: `usage: countersign meters --storage URL [OPTION…]

Lists what was metered: names, types and units, with how many samples of how many resources. Reads all
samples that the options leave, or the newest --limit of them; of those in conflict, what counts.
Ceilometer 26.0 renamed MB to MiB and GB to GiB of some meters, the values unchanged: such a meter shows both units.

${readingHelp}
${sampleFilterHelp}
  --limit N         look at the newest N samples only: with --after, at the next N, so that the samples of all pages add
                    up; what has samples in several is in each of them
${pagingHelp}`,

  async run(args, io) {
    const options = { ...readingOptions, ...pagingOptions, ...sampleFilterOptions };
    const { values } = parseOptions({ args: [...args], options });
    return reading(values, io, async (storage, filter) => {
      const { limit: asked, ...all } = filter;
      const page = pageOf(asked, (limit) => storage.samples({ ...all, ...limit }));
      const found = await meters(page.records);
      const lines = values.json ? found.map((meter) => JSON.stringify(meter)) : metersTable(found);
      for (const line of lines) io.out(line);
      tellMore(page, io, values);
    });
  },
};

/** The table of meters, also at the end of the demo. */
export function metersTable(found: readonly Meter[]): readonly string[] {
  return table(
    ["METER", "TYPE", "UNIT", "SAMPLES", "RESOURCES", "NEWEST"],
    found.map((meter) => [
      meter.name,
      meter.type,
      meter.units.join(", "),
      String(meter.samples),
      String(meter.resources),
      meter.last,
    ]),
  );
}
