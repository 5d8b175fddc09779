import { type Resource, resources } from "../../query/resources.ts";
import type { Value } from "../../sample/value.ts";
import { toExactJson } from "../../wire/exact-json.ts";
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

export const resourcesCommand: Command = {
  help: `usage: countersign resources --storage URL [OPTION…]

Lists what was measured, with its owner and metadata as of its newest sample. Reads all samples that the
options leave, or the newest --limit of them; of those in conflict, what counts.

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
      const found = await resources(page.records);
      const lines = values.json ? found.map(toLine) : table(HEADER, found.map(columns));
      for (const line of lines) io.out(line);
      tellMore(page, io, values);
    });
  },
};

const HEADER = ["RESOURCE", "PROJECT", "SAMPLES", "NEWEST", "METERS"];

function columns(resource: Resource): readonly string[] {
  const { resource_id, project_id, samples, last, meters } = resource;
  return [resource_id, project_id ?? "-", String(samples), last, meters.join(" ")];
}

function toLine(resource: Resource): string {
  const { samples, ...fields } = resource;
  return toExactJson(new Map<string, Value>([...Object.entries(fields), ["samples", BigInt(samples)]]));
}
