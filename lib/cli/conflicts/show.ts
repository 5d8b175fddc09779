import { contentDigest } from "../../sample/content.ts";
import type { Conflict } from "../../storage/driver.ts";
import { toRow } from "../../storage/rows/record-row.ts";
import { toExactJson } from "../../wire/exact-json.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { reading, readingOptions, sampleFilterOptions } from "../read/reading-options.ts";
import { settlementFields } from "./conflict-fields.ts";
import { conflictId } from "./conflict-id.ts";
import { findConflict } from "./find-conflict.ts";

export async function showConflict(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: { ...readingOptions, ...sampleFilterOptions },
  });
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0)
    return usageError(io, "give one ID to show, as countersign conflicts ls prints it");
  let shown = false;
  const code = await reading(values, io, async (storage, filter) => {
    const found = await findConflict(storage, filter, id);
    if ("problem" in found) return io.err(`countersign: ${found.problem}`);
    io.out(whole(found.conflict));
    shown = true;
  });
  return code === EXIT_OK && !shown ? EXIT_FAILED : code;
}

/** One JSON object, a content a line: each whole, as it is stored. By hand, as rows are text already. */
function whole(conflict: Conflict): string {
  const contents = conflict.samples.map((sample) => {
    const standing = JSON.stringify(sample.conflict ?? null);
    return `    {"content":"${contentDigest(sample)}","standing":${standing},"row":${toRow(sample)}}`;
  });
  return [
    "{",
    `  "id": "${conflictId(conflict)}",`,
    `  "settlement": ${toExactJson(settlementFields(conflict.settlement))},`,
    `  "contents": [\n${contents.join(",\n")}\n  ]`,
    "}",
  ].join("\n");
}
