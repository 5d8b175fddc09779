import { allDrivers, lastingDrivers } from "../../assembly/drivers.ts";
import { parseTimestamp } from "../../judge/parse/timestamp.ts";
import { errorMessage } from "../../log/error-message.ts";
import { shownUrl } from "../../log/shown-url.ts";
import type { SampleFilter, StorageDriver } from "../../storage/driver.ts";
import { openStorage } from "../../storage/open-storage.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { OutputFailed } from "../command/patient-writer.ts";
import { storageForms } from "../command/storage-forms.ts";
import { parseSampleCursor } from "./cursor.ts";
import { createUnreadReport, NotRead } from "./unread-report.ts";

/** The options of every command that reads back, for `parseOptions`. */
export const readingOptions = {
  storage: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  limit: { type: "string" },
  json: { type: "boolean" },
  strict: { type: "boolean", default: false },
} as const;

/** The options of a list that is read page by page. */
export const pagingOptions = { after: { type: "string" } } as const;

export const sampleFilterOptions = {
  meter: { type: "string" },
  resource: { type: "string" },
  project: { type: "string" },
  "no-project": { type: "boolean", default: false },
} as const;

export const rangeHelp = `  --storage URL     where to read, as collect was given it:
${storageForms(lastingDrivers, 20)}
  --from TIME       from this time on, such as 2022-09-30 or 2022-09-30T12:00:00Z (no zone means UTC)
  --to TIME         before this time`;

export const strictHelp = `  --strict          stop at the first line, item or object that can't be read; otherwise it is left out, named on
                    standard error, and the exit code is 1`;

export const readingHelp = `${rangeHelp}
  --json            one line of JSON each, with exact numbers
${strictHelp}`;

export const pagingHelp = `  --after PLACE     go on behind that place: what a list that --limit cut gave as "next" (with --json, its last line) or
                    behind "more:" (on standard error). New rows move nothing`;

export const sampleFilterHelp = `  --meter NAME      only this meter
  --resource ID     only this resource
  --project ID      only this project
  --no-project      only what has no project: null, or an empty id; the same as --project ''`;

export interface ReadingValues {
  readonly storage?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: string | undefined;
  /** Of a list of samples. */
  readonly after?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly meter?: string | undefined;
  readonly resource?: string | undefined;
  readonly project?: string | undefined;
  readonly "no-project"?: boolean | undefined;
}

/**
 * Opens the storage, lets `read` use it with the filter that the options name, and closes it. What could not be read
 * is said at the end: a table that looks whole and isn't would be billed by.
 */
export async function reading(
  values: ReadingValues,
  io: Io,
  read: (storage: StorageDriver, filter: SampleFilter) => Promise<void>,
): Promise<number> {
  if (values.storage === undefined)
    return usageError(io, "--storage is missing, such as --storage file:///var/lib/samples.jsonl");
  const filter = toFilter(values);
  if ("problem" in filter) return usageError(io, filter.problem);
  const unread = createUnreadReport(values.strict ?? false);
  const opened = await openStorage(values.storage, allDrivers, { readOnly: true, onUnreadable: unread.note });
  if (!opened.ok) return usageError(io, opened.problem);
  let isWhole = true;
  try {
    await read(opened.driver, filter);
  } catch (error) {
    throw isSaid(error) ? error : new Error(`${shownUrl(values.storage)}: ${errorMessage(error)}`, { cause: error });
  } finally {
    isWhole = !unread.tell(io);
    await opened.driver.close();
  }
  return isWhole ? EXIT_OK : EXIT_FAILED;
}

/** Whether an error says itself where it happened. What a disk or a service answers mostly doesn't. */
function isSaid(error: unknown): boolean {
  return error instanceof OutputFailed || error instanceof NotRead;
}

/** The filter that the options ask of a storage, or what is wrong with them. */
export function toFilter(values: ReadingValues): SampleFilter | { readonly problem: string } {
  const times: { from?: string; to?: string } = {};
  for (const name of ["from", "to"] as const) {
    const text = values[name];
    if (text === undefined) continue;
    const time = parseTimestamp(text);
    if (time === undefined)
      return { problem: `--${name}: not a time: ${JSON.stringify(text)}; expected one such as 2022-09-30T12:00:00Z` };
    times[name] = time;
  }
  if (times.from !== undefined && times.to !== undefined && times.from >= times.to) {
    return { problem: `--from ${values.from} is not before --to ${values.to}: there is nothing in between` };
  }
  if (values.limit !== undefined && !/^[0-9]{1,9}$/.test(values.limit)) {
    return { problem: `--limit: expected a whole number, got ${JSON.stringify(values.limit)}` };
  }
  const { meter, resource, "no-project": noProject = false } = values;
  if (noProject && values.project !== undefined) return { problem: "give either --project or --no-project" };
  // The empty text names no project, on a command line as on the wire.
  const project = noProject || values.project === "" ? null : values.project;
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  const after = values.after === undefined ? undefined : parseSampleCursor(values.after);
  if (after !== undefined && "problem" in after) return after;
  return { ...times, ...defined({ meter, resource, project, limit, after }) };
}

/** Leaves out what was not given, so that a filter's absent field is absent. */
function defined<T extends object>(fields: T): Partial<T> {
  const given: Partial<T> = { ...fields };
  for (const name of Object.keys(given) as (keyof T)[]) if (given[name] === undefined) delete given[name];
  return given;
}
