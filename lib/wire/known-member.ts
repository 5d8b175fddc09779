import type { ValueMap } from "../sample/value.ts";

/**
 * Remembers, by their text, the maps that were read as one member of objects which are laid out alike: what says the same
 * in thousands of rows is read once, and is one value in all of them.
 *
 * The text of a map ends with its own closing brace, so no map's text begins another's. Where a known text stands as the
 * member's value, it is that value, whatever the rest of the object looks like. To be used with one set of limits.
 */
export class KnownMember {
  readonly name: string;
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

  /** @param start where the member's value begins. @returns the map there and where it ends; undefined if it is not known */
  find(object: string, start: number): { readonly map: ValueMap; readonly end: number } | undefined {
    const end = object.indexOf(this.#end, start) + 1;
    const map = end === 0 ? undefined : this.#maps.get(object.slice(start, end));
    return map && { map, end };
  }

  keep(object: string, start: number, end: number, map: ValueMap): void {
    // A slice holds the whole text that it is of.
    this.#characters += object.length;
    if (this.#characters > this.#mostCharacters) {
      this.#maps.clear();
      this.#characters = object.length;
    }
    this.#maps.set(object.slice(start, end), map);
  }
}
