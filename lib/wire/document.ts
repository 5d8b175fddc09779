import type { Value, ValueList } from "../sample/value.ts";

/** One item of a list that may be a list of messages. */
export interface Part {
  /** Bytes, or characters of JSON. */
  readonly size: number;
  /** The first limit that it exceeds. What exceeded it was skipped, and null stands in its place. */
  readonly tooLarge: string | undefined;
}

/** A value as it was read, with what its messages took, as far as it may be a list of them. */
export interface Document {
  readonly value: Value;
  /** Those of each list that stands in nothing but maps, at most `PART_DEPTH` of them. */
  readonly parts: ReadonlyMap<ValueList, readonly Part[]>;
}

/** A notification's payload lies in one map, the data of an RPC cast in two. */
const PART_DEPTH = 2;

/** The parts that are found while a document is read. */
export class PartsInHand {
  readonly found = new Map<ValueList, readonly Part[]>();
  /** The part that is being read. */
  #current: { tooLarge: string | undefined } | undefined;

  /** Notes that the part being read exceeds a limit. @returns false outside of all parts */
  exceed(problem: string): boolean {
    if (this.#current === undefined) return false;
    this.#current.tooLarge ??= problem;
    return true;
  }

  /** Begins with the items of a list at this depth; undefined where they are no parts. */
  begin(list: ValueList, depth: number): Part[] | undefined {
    if (depth > PART_DEPTH || this.#current !== undefined) return undefined;
    const parts: Part[] = [];
    this.found.set(list, parts);
    this.#current = { tooLarge: undefined };
    return parts;
  }

  /** Ends with one item, and begins with the next. */
  next(parts: Part[], size: number): void {
    parts.push({ size, tooLarge: this.#current?.tooLarge });
    this.#current = { tooLarge: undefined };
  }

  end(): void {
    this.#current = undefined;
  }
}
