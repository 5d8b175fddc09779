import { notesOf } from "../../sample/metadata-notes.ts";
import type { Dialect } from "../../sample/sample.ts";
import { isValueList, isValueMap, type Value, type ValueList, type ValueMap } from "../../sample/value.ts";
import { type FieldName, FieldNames, innerPrefix } from "./field-names.ts";
import { icehouse } from "./icehouse.ts";
import { kilo } from "./kilo.ts";
import { ListText } from "./list-text.ts";
import { NO_PREFIX, type Prefix, spelled } from "./prefix.ts";
import { py3 } from "./py3.ts";
import type { Spelling } from "./spelling.ts";

interface Grammar {
  readonly dialect: Dialect;
  readonly spelling: Spelling;
  readonly names: FieldNames;
}

const grammars: Readonly<Record<Dialect, Grammar>> = {
  py3: { dialect: "py3", spelling: py3, names: new FieldNames(py3) },
  kilo: { dialect: "kilo", spelling: kilo, names: new FieldNames(kilo) },
  icehouse: { dialect: "icehouse", spelling: icehouse, names: new FieldNames(icehouse) },
};

/**
 * The longest text that is signed, in characters. The text repeats the names of all outer maps before each value,
 * so that a datagram of 64 KiB can stand for 200 MB of text; a real one's is about as long as its datagram.
 */
export const MAX_CANONICAL_TEXT = 2_097_152;

export type CanonicalText =
  | { readonly kind: "text"; readonly text: string }
  /** The dialect's own code raises an exception on this message. */
  | { readonly kind: "inexpressible" }
  | { readonly kind: "too-long" };

/**
 * The text whose HMAC is a message's signature: name and value of every field, sorted by name level by level,
 * names of nested maps joined with ':', no separators. `message_signature` itself is left out.
 */
export function canonicalText(message: ValueMap, dialect: Dialect, maxLength = MAX_CANONICAL_TEXT): CanonicalText {
  const writer = new TextWriter(grammars[dialect], maxLength);
  if (writer.append(message, NO_PREFIX)) return { kind: "text", text: writer.text };
  return { kind: writer.isTooLong ? "too-long" : "inexpressible" };
}

class TextWriter {
  text = "";
  isTooLong = false;
  readonly #grammar: Grammar;
  readonly #maxLength: number;

  constructor(grammar: Grammar, maxLength: number) {
    this.#grammar = grammar;
    this.#maxLength = maxLength;
  }

  /** False once the text can't be written or would become too long. */
  append(map: ValueMap, prefix: Prefix): boolean {
    const names = this.#grammar.names.of(map, prefix);
    if (names === undefined) return false;
    for (const field of names) {
      const value = map.get(field.key) as Value;
      if (isValueMap(value)) {
        if (!this.#map(value, prefix, field)) return false;
      } else if (!this.#field(prefix, field, value)) return false;
    }
    return true;
  }

  /** Metadata that is known to come again is spelled once. */
  #map(map: ValueMap, prefix: Prefix, field: FieldName): boolean {
    const isMetadata = prefix === NO_PREFIX && field.key === "resource_metadata";
    const notes = isMetadata ? notesOf(map) : undefined;
    if (notes === undefined) return this.append(map, innerPrefix(prefix, field));
    const { dialect } = this.#grammar;
    const known = notes.signed.get(dialect);
    if (known !== undefined) return this.#add(known);
    const start = this.text.length;
    if (!this.append(map, innerPrefix(prefix, field))) return false;
    notes.signed.set(dialect, Buffer.from(this.text.slice(start), "utf8").toString("utf8"));
    return true;
  }

  #add(text: string): boolean {
    if (this.text.length + text.length > this.#maxLength) {
      this.isTooLong = true;
      return false;
    }
    this.text = this.text + text;
    return true;
  }

  #field(prefix: Prefix, field: FieldName, value: Exclude<Value, ValueMap>): boolean {
    // A list is spelled before its name is looked at, so that even one called message_signature can fail.
    const text = isValueList(value) ? this.#list(value) : this.#grammar.spelling.scalar(value);
    if (field.name === "message_signature" && prefix.length === 0) return text !== undefined || !isValueList(value);
    // A name that can't be spelled does no harm in front of an empty map, which leaves no trace.
    if (text === undefined || field.name === undefined || prefix.length < 0) return false;
    const length = (field.full?.length ?? prefix.length + field.name.length) + text.length;
    if (this.text.length + length > this.#maxLength) {
      this.isTooLong = true;
      return false;
    }
    // Joining makes one plain string, which is kept with names that are remembered.
    field.full ??= [spelled(prefix), field.name].join("");
    this.text = this.text + field.full + text;
    return true;
  }

  #list(list: ValueList): string | undefined {
    const text = new ListText(this.#maxLength - this.text.length);
    if (this.#grammar.spelling.list(list, text)) return text.toString();
    this.isTooLong = text.isTooLong;
    return undefined;
  }
}
