import { type Rejection, type RejectionReason, rejectionReasons } from "../sample/rejection.ts";

/** The facts in the name of a stored entry, which is found by them without being read. */
export interface EntryName {
  readonly id: string;
  readonly reasons: readonly RejectionReason[];
  /** Something of the message was left out: another entry may have the whole of it. */
  readonly cut: boolean;
}

/** No reason is called so. */
const CUT = "cut";

/** The longest name in bytes: an id, the mark of a cut, every reason there is, and `.json`. */
export const LONGEST_NAME = 64 + 4 + rejectionReasons.reduce((sum, reason) => sum + 1 + reason.length, 0) + 5;

/**
 * `ID[.cut].REASON[.REASON…].json`, each reason once. The id stands first, because stores find names by their
 * beginning. No time is in it: what comes again on another day is still the same entry. Cut and whole are two, or who
 * keeps a part first would keep out the whole.
 */
export function entryName(id: string, rejected: readonly Rejection[], cut = false): string {
  const reasons = rejectionReasons.filter((reason) => rejected.some((rejection) => rejection.reason === reason));
  return [id, ...(cut ? [CUT] : []), ...reasons, "json"].join(".");
}

/** @returns undefined for what isn't ours */
export function parseEntryName(name: string): EntryName | undefined {
  const { id, list } = /^(?<id>[0-9a-f]{64})\.(?<list>[a-z.-]+)\.json$/.exec(name)?.groups ?? {};
  if (id === undefined || list === undefined) return undefined;
  const words = list.split(".");
  // A reason that a later release added must not hide the entry.
  return { id, reasons: rejectionReasons.filter((reason) => words.includes(reason)), cut: words[0] === CUT };
}
