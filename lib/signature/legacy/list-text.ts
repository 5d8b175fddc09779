import type { Value, ValueList } from "../../sample/value.ts";

/** Characters that are put together before they become one part: V8 builds a short sum faster than a long list. */
const PART = 1_024;

/**
 * The text of one list, piece by piece, up to a limit.
 *
 * The pieces of all lists inside stand in one row: were each list made one text first, that of the innermost of 128
 * would be copied as often.
 */
export class ListText {
  isTooLong = false;
  readonly #parts: string[] = [];
  #last = "";
  #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  /** False for a piece that can't be spelled, or that there is no room for. */
  add(piece: string | undefined): boolean {
    if (piece === undefined) return false;
    this.#room -= piece.length;
    if (this.#room < 0) {
      this.isTooLong = true;
      return false;
    }
    this.#last += piece;
    if (this.#last.length > PART) {
      this.#parts.push(this.#last);
      this.#last = "";
    }
    return true;
  }

  /** A text beside this one, which takes the same room. */
  beside(): ListText {
    return new ListText(this.#room);
  }

  /** Takes over why a text beside this one could not be written. @returns false */
  fail({ isTooLong }: ListText): false {
    this.isTooLong = isTooLong;
    return false;
  }

  toString(): string {
    return this.#parts.length === 0 ? this.#last : this.#parts.join("") + this.#last;
  }
}

/** Writes `[item, item]`. */
export function addList(text: ListText, list: ValueList, add: (text: ListText, item: Value) => boolean): boolean {
  if (!text.add("[")) return false;
  for (let index = 0; index < list.length; index++) {
    if (index > 0 && !text.add(", ")) return false;
    if (!add(text, list[index] as Value)) return false;
  }
  return text.add("]");
}

/** Writes `{name: value, name: value}`. */
export function addMap<Name>(
  text: ListText,
  names: readonly Name[],
  addName: (name: Name) => boolean,
  addValue: (name: Name) => boolean,
): boolean {
  if (!text.add("{")) return false;
  for (let index = 0; index < names.length; index++) {
    if (index > 0 && !text.add(", ")) return false;
    const name = names[index] as Name;
    if (!addName(name) || !text.add(": ") || !addValue(name)) return false;
  }
  return text.add("}");
}
