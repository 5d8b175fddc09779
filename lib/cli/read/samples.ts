import type { StoredSample } from "../../storage/driver.ts";
import { toRow } from "../../storage/rows/record-row.ts";
import { toExactJson } from "../../wire/exact-json.ts";
import type { Command } from "../command/command.ts";
import { parseOptions } from "../command/parse-options.ts";
import { table } from "../command/table.ts";
import { markedRow } from "./marked-row.ts";
import { DEFAULT_LIMIT, pageOf, tellDefault, tellMore } from "./page.ts";
import {
  pagingHelp,
  pagingOptions,
  reading,
  readingHelp,
  readingOptions,
  sampleFilterHelp,
  sampleFilterOptions,
} from "./reading-options.ts";

export const samplesCommand: Command = {
  help: `usage: countersign samples --storage URL [OPTION…]

Reads samples back, newest first, each once. Contents of one sample that bill otherwise are in conflict: all are
shown, and the column says how each stands. "counts": the greatest volume for its project, type and unit; "outdone":
another one is; "right" and "wrong": countersign conflicts has settled it.

${readingHelp}
${sampleFilterHelp}
  --limit N         at most so many, a conflict being one (default ${DEFAULT_LIMIT}, and said where that cuts)
${pagingHelp}`,

  async run(args, io) {
    const options = { ...readingOptions, ...pagingOptions, ...sampleFilterOptions };
    const { values } = parseOptions({ args: [...args], options });
    return reading(values, io, async (storage, filter) => {
      const rows: (readonly string[])[] = [];
      const { limit: asked = DEFAULT_LIMIT, ...all } = filter;
      const page = pageOf(asked, (limit) => storage.samples({ ...all, ...limit }));
      for await (const sample of page.records) {
        if (values.json) {
          io.out(markedRow(sample, toRow(sample, sample.conflict)));
          await io.drained();
        } else rows.push(columns(sample));
      }
      if (!values.json) for (const line of table(HEADER, rows)) io.out(line);
      tellDefault(page, io, filter.limit);
      tellMore(page, io, values);
    });
  },
};

const HEADER = ["TIME", "METER", "TYPE", "VOLUME", "UNIT", "RESOURCE", "PROJECT", "CONFLICT"];

function columns(sample: StoredSample): readonly string[] {
  return [
    sample.time,
    sample.counter_name,
    sample.counter_type,
    toExactJson(sample.counter_volume),
    sample.counter_unit,
    sample.resource_id,
    sample.project_id ?? "-",
    sample.conflict ?? "-",
  ];
}
