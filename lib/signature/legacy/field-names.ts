import type { ValueMap } from "../../sample/value.ts";
import type { Spelling } from "./spelling.ts";

/** One name of a map, as it is signed. */
export interface FieldName {
  readonly key: string;
  /** With the names of all outer maps in front; undefined where the dialect can't spell them. */
  readonly name: string | undefined;
}

interface Remembered {
  readonly keys: readonly string[];
  readonly prefix: string;
  readonly names: readonly FieldName[];
}

/** Publishers send a few dozen different maps. */
const MAX_REMEMBERED = 512;

/** Characters of all names of one map with what stands in front of them, so that nothing large is kept. */
const MAX_CHARACTERS = 4_096;

/**
 * The names of maps in the order in which a dialect signs them, remembered because messages repeat them:
 * sorting them anew would take half as long again as all of a datagram.
 *
 * Found by a hash, then compared name by name. Strangers choose names too, before any signature is proved:
 * a flood of them makes us sort as if nothing were remembered, and now and then forget, never hold more.
 */
export class FieldNames {
  readonly #spelling: Spelling;
  readonly #remembered = new Map<number, Remembered>();

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  /**
   * @param prefix what stands in front of each name; undefined where the dialect can't spell it
   * @returns undefined where the dialect can't sort the names
   */
  of(map: ValueMap, prefix: string | undefined): readonly FieldName[] | undefined {
    if (prefix === undefined) return this.#sorted(map, prefix);
    const hash = hashOf(map, prefix);
    const known = this.#remembered.get(hash);
    if (known !== undefined && isFor(known, map, prefix)) return known.names;
    const names = this.#sorted(map, prefix);
    return names === undefined ? undefined : this.#remember(hash, map, prefix, names);
  }

  #sorted(map: ValueMap, prefix: string | undefined): readonly FieldName[] | undefined {
    return this.#spelling.keys(map)?.map((key) => {
      const spelled = this.#spelling.name(key);
      if (prefix === undefined || spelled === undefined) return { key, name: undefined };
      // Joining makes one plain string, where V8 would keep a sum as a tree to be walked each time it is used.
      return { key, name: [prefix, spelled].join("") };
    });
  }

  /** Gives the names back, as they are kept if they are. */
  #remember(hash: number, map: ValueMap, prefix: string, names: readonly FieldName[]): readonly FieldName[] {
    let characters = 0;
    for (const { key, name } of names) characters += key.length + (name ?? "").length;
    if (characters > MAX_CHARACTERS) return names;
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    const kept = names.map(({ key, name }) => ({ key: copied(key), name: name && copied(name) }));
    this.#remembered.set(hash, { keys: Array.from(map.keys(), copied), prefix: copied(prefix), names: kept });
    return kept;
  }
}

/** The same text in memory of its own: a decoder's may be a part of the whole message, and would keep all of that. */
function copied(text: string): string {
  // Text of two bytes a character would make everything slower that it becomes a part of.
  const encoding = LATIN_1.test(text) ? "latin1" : "utf16le";
  return Buffer.from(text, encoding).toString(encoding);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Latin-1 begins with the control characters
const LATIN_1 = /^[\u0000-\u00ff]*$/;

/** Samples of the names only: an accidental or intended collision costs a sort. */
function hashOf(map: ValueMap, prefix: string): number {
  let hash = prefix.length;
  for (const key of map.keys()) {
    hash = Math.imul(hash ^ key.length ^ (key.charCodeAt(key.length >> 1) << 8), 0x9e37_79b1);
  }
  // 30 bits, which V8 holds without a box.
  return hash >>> 2;
}

function isFor(known: Remembered, map: ValueMap, prefix: string): boolean {
  if (known.keys.length !== map.size || known.prefix !== prefix) return false;
  let index = 0;
  for (const key of map.keys()) if (known.keys[index++] !== key) return false;
  return true;
}
