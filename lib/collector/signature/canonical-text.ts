import type { Dialect } from "../sample.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../value.ts";
import { icehouse } from "./icehouse.ts";
import { kilo } from "./kilo.ts";
import { py3 } from "./py3.ts";
import type { Scalar, Spelling } from "./spelling.ts";

const spellings: Readonly<Record<Dialect, Spelling>> = { py3, kilo, icehouse };

/**
 * What may be signed at most, in characters. The text repeats the names of all outer maps before each value,
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
  const writer = new TextWriter(spellings[dialect], maxLength);
  if (writer.append(message, "")) return { kind: "text", text: writer.text };
  return { kind: writer.text.length > maxLength ? "too-long" : "inexpressible" };
}

class TextWriter {
  text = "";
  readonly #spelling: Spelling;
  readonly #maxLength: number;

  constructor(spelling: Spelling, maxLength: number) {
    this.#spelling = spelling;
    this.#maxLength = maxLength;
  }

  /** False once the text can't be written or has become too long. */
  append(map: ValueMap, prefix: string): boolean {
    const keys = this.#spelling.keys(map);
    if (keys === undefined) return false;
    for (const key of keys) {
      const spelled = this.#spelling.name(key);
      if (spelled === undefined) return false;
      const name = prefix + spelled;
      const value = map.get(key) as Value;
      if (isValueMap(value)) {
        if (!this.append(value, `${name}:`)) return false;
      } else if (name !== "message_signature") {
        const text = isValueList(value) ? this.#spelling.list(value) : this.#spelling.scalar(value as Scalar);
        if (text === undefined) return false;
        this.text += name + text;
        if (this.text.length > this.#maxLength) return false;
      }
    }
    return true;
  }
}
