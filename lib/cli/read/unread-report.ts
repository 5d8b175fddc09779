import type { OnUnreadable, Source } from "../../storage/unreadable.ts";
import type { Io } from "../command/io.ts";

/** So many files or objects are named: a bucket may have a million, and one rule or disk has often hit them all. */
const NAMED_SOURCES = 20;
/** Places are held, so that what several readings of one command leave out is counted once; no more of them than a few MB. */
const COUNTED_PLACES = 10_000;

/** The first line, item or object that could not be read, where nothing may be left out. */
export class NotRead extends Error {
  override readonly name = "NotRead";
}

/** The lines and items that a reading left out, summed up per file, object or table. */
export interface UnreadReport {
  readonly note: OnUnreadable;
  /** Says it on standard error. @returns whether there was anything */
  tell(io: Io): boolean;
}

interface Unread {
  readonly source: Source;
  readonly places: Places;
  readonly first: string;
}

/** @param strict throw at the first, rather than go on */
export function createUnreadReport(strict: boolean): UnreadReport {
  const found = new Map<string, Unread>();
  const unnamed = new Places();
  return {
    note(place, problem, source) {
      const first = source.of === "lines" ? `${place}: ${problem}` : problem;
      if (strict) throw new NotRead(`not read: ${source.of === "lines" ? first : `${source.name}: ${problem}`}`);
      const name = source.of + source.name;
      if (found.size < NAMED_SOURCES && !found.has(name)) found.set(name, { source, places: new Places(), first });
      (found.get(name)?.places ?? unnamed).add(place);
    },
    tell(io) {
      for (const one of found.values()) io.err(`countersign: not read: ${spelled(one)}`);
      if (unnamed.count !== "0") io.err(`countersign: not read: ${unnamed.count} more, of other files or objects`);
      return found.size > 0;
    },
  };
}

/** Places, each counted once. */
class Places {
  readonly #held = new Set<string>();
  #hasMore = false;

  add(place: string): void {
    if (this.#held.size < COUNTED_PLACES) this.#held.add(place);
    else this.#hasMore ||= !this.#held.has(place);
  }

  /** As text. */
  get count(): string {
    return `${this.#hasMore ? "more than " : ""}${this.#held.size}`;
  }
}

function spelled({ source: { name, of }, places: { count }, first }: Unread): string {
  if (of === "whole") return `${name}: ${first}`;
  const unit = count === "1" ? of.slice(0, -1) : of;
  return `${count} ${unit} of ${name}${count === "1" ? "" : ", the first"}: ${first}`;
}
