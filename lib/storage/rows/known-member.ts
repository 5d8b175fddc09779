import { isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import type { KnownValue, KnownValues } from "../../wire/known-values.ts";

/**
 * Remembers, by their text, the maps that were read as one member of objects which are laid out alike: what says the same
 * in thousands of rows is read once, and is one value in all of them.
 *
 * The text of a map ends with its own closing brace, so no map's text begins another's. Where a known text stands as the
 * member's value, it is that value, whatever the rest of the object looks like. To be used with one set of limits.
 */
export class KnownMember implements KnownValues<string> {
  readonly name: string;
  readonly mostDepth = 0;
  readonly #end: string;
  readonly #mostCharacters: number;
  readonly #maps = new Map<string, ValueMap>();
  #characters = 0;

  /**
   * @param name of the member
   * @param next the name that mostly follows; where another one does, nothing is known
   * @param mostCharacters of objects held; beyond that, all is forgotten
   */
  constructor(name: string, next: string, mostCharacters: number) {
    this.name = name;
    this.#end = `},${JSON.stringify(next)}:`;
    this.#mostCharacters = mostCharacters;
  }

  find(_object: ValueMap, text: string, start: number): KnownValue | undefined {
    const end = text.indexOf(this.#end, start) + 1;
    const value = end === 0 ? undefined : this.#maps.get(text.slice(start, end));
    return value && { value, length: end - start };
  }

  met(_object: ValueMap, text: string, start: number, end: number, value: Value): void {
    if (!isValueMap(value)) return;
    // A slice holds the whole text that it is of.
    this.#characters += text.length;
    if (this.#characters > this.#mostCharacters) {
      this.#maps.clear();
      this.#characters = text.length;
    }
    this.#maps.set(text.slice(start, end), value);
  }
}
