/** The container of something that could not be read. */
export interface Source {
  /** The file, object or table. */
  readonly name: string;
  /** The part of it that could not be read: lines or items, or all of it. */
  readonly of: "lines" | "items" | "whole";
}

/**
 * Told of each line, item, object or file that a reading leaves out: its place, why, and in what it lies. A place is one
 * line or item, and the same in every reading.
 */
export type OnUnreadable = (place: string, problem: string, source: Source) => void;
