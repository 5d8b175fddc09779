import type { OnUnreadable, Source } from "../../storage/unreadable.ts";
import type { Io } from "../command/io.ts";

/** So many files or objects are named: a bucket may have a million, and one rule or disk has often hit them all. */
const NAMED_SOURCES = 20;

/** The lines and items that a reading left out, summed up per file, object or table. */
export interface UnreadReport {
  readonly note: OnUnreadable;
  /** Says it on standard error. @returns whether there was anything */
  tell(io: Io): boolean;
}

interface Unread {
  readonly source: Source;
  count: number;
  readonly first: string;
}

/** @param strict throw at the first, rather than go on */
export function createUnreadReport(strict: boolean): UnreadReport {
  const found = new Map<string, Unread>();
  let unnamed = 0;
  return {
    note(place, problem, source) {
      const first = place === source.name || source.of === "whole" ? problem : `${place}: ${problem}`;
      if (strict) throw new Error(`not read: ${source.of === "lines" ? first : `${source.name}: ${problem}`}`);
      const known = found.get(source.of + source.name);
      if (known !== undefined) known.count++;
      else if (found.size < NAMED_SOURCES) found.set(source.of + source.name, { source, count: 1, first });
      else unnamed++;
    },
    tell(io) {
      for (const one of found.values()) io.err(`countersign: not read: ${spelled(one)}`);
      if (unnamed > 0) io.err(`countersign: not read: ${unnamed} more, of other files or objects`);
      return found.size > 0;
    },
  };
}

function spelled({ source: { name, of }, count, first }: Unread): string {
  if (of === "whole") return `${name}: ${first}`;
  const unit = count === 1 ? of.slice(0, -1) : of;
  return `${count} ${unit} of ${name}${count === 1 ? "" : ", the first"}: ${first}`;
}
