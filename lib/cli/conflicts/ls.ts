import { contentDigest } from "../../sample/content.ts";
import type { Conflict } from "../../storage/driver.ts";
import { toExactJson } from "../../wire/exact-json.ts";
import { EXIT_FAILED, EXIT_OK } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { table } from "../command/table.ts";
import { reading, readingOptions, sampleFilterOptions } from "../read/reading-options.ts";
import { conflictFields } from "./conflict-fields.ts";
import { conflictId, shortId } from "./conflict-id.ts";

const DEFAULT_LIMIT = "1000";

export async function listConflicts(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseOptions({
    args: [...args],
    options: {
      ...readingOptions,
      ...sampleFilterOptions,
      limit: { type: "string", default: DEFAULT_LIMIT },
      settled: { type: "boolean", default: false },
    },
  });
  const { settled } = values;
  let [listed, open] = [0, 0];
  const code = await reading(values, io, async (storage, filter) => {
    const rows: (readonly string[])[] = [];
    for await (const conflict of storage.conflicts({ ...filter, settled })) {
      listed++;
      if (conflict.settlement === undefined) open++;
      if (values.json) io.out(toExactJson(conflictFields(conflict)));
      else rows.push(...rowsOf(conflict));
    }
    if (!values.json) for (const line of table(HEADER, rows)) io.out(line);
    if (listed === filter.limit) io.err(`there may be more than these ${listed}: give --limit, or --from and --to`);
  });
  if (code !== EXIT_OK) return code;
  // A conflict beyond the limit may be open.
  return open > 0 || listed === Number(values.limit) ? EXIT_FAILED : EXIT_OK;
}

const HEADER = [
  ...["ID", "CONTENT", "STANDING", "VOLUME", "UNIT", "TYPE", "PROJECT", "USER", "SOURCE", "DIALECT"],
  ...["TIME", "METER", "RESOURCE"],
];

/** A row for each content: what differs stands in front of what is the same. */
function rowsOf(conflict: Conflict): readonly (readonly string[])[] {
  return conflict.samples.map((sample) => [
    shortId(conflictId(conflict)),
    shortId(contentDigest(sample)),
    sample.conflict ?? "-",
    toExactJson(sample.counter_volume),
    sample.counter_unit,
    sample.counter_type,
    sample.project_id ?? "-",
    sample.user_id ?? "-",
    sample.source,
    sample.dialect,
    sample.time,
    sample.counter_name,
    sample.resource_id,
  ]);
}
