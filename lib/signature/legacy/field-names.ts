import type { ValueMap } from "../../sample/value.ts";
import { inside, type Prefix, spelled } from "./prefix.ts";
import type { Spelling } from "./spelling.ts";

/** One name of a map, as it is signed. */
export interface FieldName {
  readonly key: string;
  /** Without the names of outer maps; undefined where the dialect can't spell it. */
  readonly name: string | undefined;
  /** With them, from the first time on that a value is written behind it: a map inside leaves no text by itself. */
  full: string | undefined;
  /** The prefix of the names inside a map of this name, if it is short enough to be remembered. */
  inner: Prefix | undefined;
}

interface Remembered {
  /** In the order in which they arrive. */
  readonly keys: readonly string[];
  readonly prefix: string;
  readonly names: readonly FieldName[];
  readonly bytes: number;
}

/** The most that one dialect remembers: some thousand maps such as publishers send, who have a few dozen. */
export const MAX_REMEMBERED_BYTES = 1_048_576;

/** The most bytes remembered of one map, so that one stranger can't make us forget all others at once. */
const MAX_MAP_BYTES = 32_768;

/** The longest prefix remembered, in characters; real ones are shorter. Names behind a longer one are sorted anew. */
const MAX_PREFIX = 256;

/** V8's own share, measured: of one map its lists and its place among the others, of one name its strings and their places in the lists. */
const MAP_BYTES = 320;
const NAME_BYTES = 224;

/**
 * The names of maps in the order in which a dialect signs them, remembered because messages repeat them:
 * sorting them anew would take half as long again as all of a datagram.
 *
 * Found by a hash, then compared name by name. Strangers choose names too, before any signature is proved:
 * a flood of them makes us sort as if nothing were remembered, and now and then forget, never hold more. Nothing is
 * spelled here before it is needed: with all outer names in front of each, 60 KB of empty maps would be gigabytes.
 */
export class FieldNames {
  readonly #spelling: Spelling;
  readonly #remembered = new Map<number, Remembered>();
  #bytes = 0;

  constructor(spelling: Spelling) {
    this.#spelling = spelling;
  }

  /** The bytes held, estimated from above. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns undefined where the dialect can't sort the names */
  of(map: ValueMap, prefix: Prefix): readonly FieldName[] | undefined {
    if (map.size === 0) return NOTHING;
    if (prefix.length < 0 || prefix.length > MAX_PREFIX) return this.#sorted(map);
    const hash = hashOf(map, prefix.length);
    const known = this.#remembered.get(hash);
    if (known !== undefined && isFor(known, map, spelled(prefix))) return known.names;
    const names = this.#sorted(map);
    return names === undefined ? undefined : this.#remember(hash, map, spelled(prefix), names);
  }

  #sorted(map: ValueMap): readonly FieldName[] | undefined {
    return this.#spelling
      .keys(map)
      ?.map((key) => ({ key, name: this.#spelling.name(key), full: undefined, inner: undefined }));
  }

  /** Gives the names back, as they are kept if they are. */
  #remember(hash: number, map: ValueMap, prefix: string, names: readonly FieldName[]): readonly FieldName[] {
    const bytes = bytesOf(names, prefix);
    if (bytes > MAX_MAP_BYTES) return names;
    // All at once: an order of use would have to be kept at every look, which is once per map of a datagram.
    if (this.#bytes + bytes > MAX_REMEMBERED_BYTES) {
      this.#remembered.clear();
      this.#bytes = 0;
    }
    const kept = names.map(({ key, name }) => ({
      key: copied(key),
      name: name && copied(name),
      full: undefined,
      inner: undefined,
    }));
    this.#bytes += bytes - (this.#remembered.get(hash)?.bytes ?? 0);
    this.#remembered.set(hash, { keys: Array.from(map.keys(), copied), prefix: copied(prefix), names: kept, bytes });
    return kept;
  }
}

const NOTHING: readonly FieldName[] = [];

/** The prefix inside a map of this name, which stands behind `outer`. */
export function innerPrefix(outer: Prefix, field: FieldName): Prefix {
  if (field.inner !== undefined) return field.inner;
  const prefix = inside(outer, field.name);
  if (prefix.length < 0 || prefix.length > MAX_PREFIX) return prefix;
  field.inner = { outer: undefined, name: "", length: prefix.length, text: spelled(prefix) };
  return field.inner;
}

/** Counts two bytes a character, and each name as if it had been written. */
function bytesOf(names: readonly FieldName[], prefix: string): number {
  let characters = prefix.length;
  for (const { key, name = "" } of names) characters += 2 * key.length + 3 * name.length + 2 * prefix.length;
  return MAP_BYTES + names.length * NAME_BYTES + 2 * characters;
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
function hashOf(map: ValueMap, prefixLength: number): number {
  let hash = prefixLength;
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
