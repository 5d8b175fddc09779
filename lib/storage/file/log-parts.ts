import type { Sample } from "../../sample/sample.ts";
import type { SampleFilter } from "../driver.ts";
import { type Copies, RowsByIdentity } from "../rows/contents.ts";
import { matchesIdentity } from "../rows/filter-match.ts";
import { recordsIn } from "../rows/json-lines.ts";
import { type LogPart, newestOfParts } from "../rows/newest-of-parts.ts";
import type { ReadRow } from "../rows/record-row.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { chunksOf } from "./file-chunks.ts";
import type { LogFile } from "./log-files.ts";

/** Bytes of a part: some thousand rows, so that little is read in vain, and the parts of a terabyte are a short list. */
const PART_BYTES = 1_048_576;

export interface LogReading {
  readonly filter: SampleFilter;
  /** Identities that are held. */
  readonly most: number;
  readonly told: OnUnreadable | undefined;
  /** One for all files, however often they are read. */
  readonly readRow: ReadRow;
}

/**
 * The samples of a log by identity, newest first, whatever order they were written in. The log is read once. If more were
 * found than may be held, it is read again from its newest part on; of compressed files, which have no middle to begin
 * at, each is one part.
 *
 * @param files oldest first
 */
export async function* newestInLog(files: readonly LogFile[], reading: LogReading): AsyncGenerator<Copies<Sample>> {
  const parts: Part[] = [];
  let held: RowsByIdentity<Sample> | undefined = new RowsByIdentity<Sample>();
  for (const file of files) {
    for await (const sample of surveyed(file, reading, parts)) {
      held?.add(sample);
      if (held !== undefined && held.size > reading.most) held = undefined;
    }
  }
  yield* held === undefined
    ? newestOfParts(
        parts.map((part) => toLogPart(part, reading)),
        reading.most,
      )
    : held.newestFirst();
}

interface Part {
  readonly file: LogFile;
  readonly begin: number;
  end: number;
  samples: number;
  newest: string;
  oldest: string;
}

/** The samples of one file, which is cut into parts on the way: each begins and ends with a line that matches. */
async function* surveyed(file: LogFile, reading: LogReading, parts: Part[]): AsyncGenerator<Sample> {
  const { filter, told, readRow } = reading;
  const place = { begin: 0, end: 0 };
  let part: Part | undefined;
  // A compressed file beside what it is made of may be in the making, and holds nothing else.
  for await (const record of recordsIn(chunksOf(file), file.path, readRow, file.hasPlain ? undefined : told, place)) {
    if (record.kind !== "sample" || !matchesIdentity(record, filter)) continue;
    const { time } = record;
    if (part === undefined || (!file.gzip && place.begin - part.begin >= PART_BYTES)) {
      part = { file, begin: place.begin, end: 0, samples: 0, newest: time, oldest: time };
      parts.push(part);
    }
    part.end = place.end;
    part.samples += 1;
    if (time > part.newest) part.newest = time;
    if (time < part.oldest) part.oldest = time;
    yield record;
  }
}

function toLogPart(part: Part, { filter, told, readRow }: LogReading): LogPart {
  const { file, begin, end, samples, newest, oldest } = part;
  return {
    newest,
    oldest,
    async *read() {
      let found = 0;
      const chunks = chunksOf(file, file.gzip ? undefined : { begin, end });
      for await (const record of recordsIn(chunks, file.path, readRow)) {
        if (record.kind !== "sample" || !matchesIdentity(record, filter)) continue;
        found += 1;
        yield record;
      }
      // As by logrotate's copytruncate: a name is held open against renaming, and against nothing else.
      if (found < samples) told?.(file.path, CHANGED, { name: file.path, of: "whole" });
    },
  };
}

const CHANGED = "some of it: it was cut or overwritten while it was read";
