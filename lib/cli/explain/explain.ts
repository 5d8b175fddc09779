import { explain } from "../../query/explain/explain.ts";
import { isFinal } from "../../query/rules.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { reading, readingHelp, readingOptions } from "../read/reading-options.ts";
import { parseRow, rowHelp, rowOptions } from "./explain-options.ts";
import { explanationLines } from "./explanation-lines.ts";
import { explanationTable } from "./explanation-table.ts";
import { howToChoose } from "./one-row.ts";
import { type ShownExplanation, shownExplanation } from "./shown-explanation.ts";
import { openSignatureCheck, signatureHelp, signatureOptions } from "./signature-check.ts";

const DEFAULT_LIMIT = 1_000;

export const explainCommand: Command = {
  help: `usage: countersign explain --storage URL --from TIME --to TIME --meter NAME [OPTION…]

Shows what one row of countersign usage is made of: the parts that add up to its amount, each with its rule, and the
samples that they come from. Of samples of other projects only time and volume are told.
Exits 1 if there is no such row, or if a signature does not verify with the keys that are given.

${readingHelp}
${rowHelp}
  --limit N         at most so many parts, and as many samples (default ${DEFAULT_LIMIT}); what is left out is summed up
  --time-window     as for usage: without it no amount is ever final
${signatureHelp}`,

  async run(args, io) {
    const { values } = parseOptions({
      args: [...args],
      options: {
        ...readingOptions,
        ...rowOptions,
        ...signatureOptions,
      },
    });
    const query = parseRow(values);
    if ("problem" in query) return usageError(io, query.problem);
    const check = await openSignatureCheck(values, io);
    if ("problem" in check) return usageError(io, check.problem);
    const { meter: _meter, ...readingValues } = values;
    let outcome = EXIT_OK;
    const read = await reading(readingValues, io, async (storage, { limit = DEFAULT_LIMIT }) => {
      const explained = await explain(storage, query);
      if (explained.kind === "not-one") {
        outcome = notOne(explained.rows, io);
        return;
      }
      const shown = shownExplanation(explained.row, explained.series, check, limit);
      const final = values["time-window"] === true && isFinal(query.rules, query.to, Date.now() * 1_000);
      const lines = values.json ? explanationLines(shown, final) : explanationTable(shown, final, io.width);
      for (const line of lines) {
        io.out(line);
        await io.drained();
      }
      outcome = judged(shown, io);
    });
    return Math.max(read, outcome);
  },
};

function notOne(rows: Parameters<typeof howToChoose>[0], io: Io): number {
  if (rows.length > 0) return usageError(io, howToChoose(rows));
  io.err("countersign: usage has no row for this: it lists what there is with the same --from and --to");
  return EXIT_FAILED;
}

function judged({ signatures }: ShownExplanation, io: Io): number {
  const wrong = signatures.get("does not verify") ?? 0;
  if (wrong === 0) return EXIT_OK;
  io.err(
    `countersign: ${wrong} of these samples do not verify: a key is missing here, or a row is not what was signed`,
  );
  return EXIT_FAILED;
}
