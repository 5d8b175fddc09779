import { accept, type Result, reject } from "../sample/rejection.ts";
import type { Value } from "../sample/value.ts";
import { type DecodeLimits, messageLimits } from "./limits.ts";

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
// A run of characters that stand for themselves: no quote, no backslash, no control character.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside text
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const HEX = /[0-9a-fA-F]{4}/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Python's json module writes the last three bare, which is not JSON; publishers send them. */
const WORDS: readonly (readonly [word: string, value: Value])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];

/**
 * Reads one JSON text as Python's json module does: `1.0` is a float and `1` an integer of any size, bare
 * NaN and Infinity are floats, of equal keys the last counts. Stricter in one thing: text with a lone
 * surrogate is undecodable, because it has no UTF-8 and so no signature.
 */
export function decodeJson(text: string, limits: DecodeLimits = messageLimits): Result<Value> {
  if (text.length > limits.maxBytes) {
    return reject("too-large", `${text.length} characters; the limit is ${limits.maxBytes} bytes`);
  }
  const reader = new JsonReader(text, limits);
  const value = reader.document();
  if (value === undefined) return reject("undecodable", `JSON: ${reader.problem} at character ${reader.position}`);
  return accept(value);
}

/** Answers `undefined` once something is wrong, with `problem` saying what. */
class JsonReader {
  position = 0;
  problem = "";
  readonly #text: string;
  readonly #limits: DecodeLimits;

  constructor(text: string, limits: DecodeLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): Value | undefined {
    const value = this.#value(0);
    if (value === undefined) return undefined;
    this.#match(SPACE);
    return this.position === this.#text.length ? value : this.#fail("something after the value");
  }

  #value(depth: number): Value | undefined {
    this.#match(SPACE);
    switch (this.#text[this.position]) {
      case "{":
        return this.#map(depth);
      case "[":
        return this.#list(depth);
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #map(depth: number): Value | undefined {
    if (depth >= this.#limits.maxDepth) return this.#fail(`nests deeper than ${this.#limits.maxDepth}`);
    this.position++;
    const map = new Map<string, Value>();
    if (this.#next("}")) return map;
    for (;;) {
      this.#match(SPACE);
      if (this.#text[this.position] !== '"') return this.#fail("expected a name in quotes");
      const name = this.#string();
      if (name === undefined) return undefined;
      if (!this.#next(":")) return this.#fail("expected a colon");
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      map.set(name, value);
      if (map.size > this.#limits.maxMapLength) {
        return this.#fail(`a map of more than ${this.#limits.maxMapLength} entries`);
      }
      if (this.#next("}")) return map;
      if (!this.#next(",")) return this.#fail("expected a comma or a closing brace");
    }
  }

  #list(depth: number): Value | undefined {
    if (depth >= this.#limits.maxDepth) return this.#fail(`nests deeper than ${this.#limits.maxDepth}`);
    this.position++;
    const list: Value[] = [];
    if (this.#next("]")) return list;
    for (;;) {
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      list.push(item);
      if (list.length > this.#limits.maxArrayLength) {
        return this.#fail(`a list of more than ${this.#limits.maxArrayLength} items`);
      }
      if (this.#next("]")) return list;
      if (!this.#next(",")) return this.#fail("expected a comma or a closing bracket");
    }
  }

  #string(): string | undefined {
    const start = this.position++;
    let text = "";
    for (;;) {
      text += this.#match(PLAIN);
      if (text.length > this.#limits.maxStringLength) {
        return this.#fail(`a string of more than ${this.#limits.maxStringLength} characters`);
      }
      const next = this.#text[this.position++];
      if (next === '"') break;
      if (next !== "\\") {
        this.position--;
        return this.#fail(next === undefined ? "ends inside a string" : "a control character inside a string");
      }
      const escaped = this.#escape();
      if (escaped === undefined) return undefined;
      text += escaped;
    }
    if (text.isWellFormed()) return text;
    this.position = start;
    return this.#fail("text with a lone surrogate");
  }

  #escape(): string | undefined {
    const letter = this.#text[this.position++] ?? "";
    if (letter === "u") {
      const hex = this.#match(HEX);
      return hex === ""
        ? this.#fail("expected four hexadecimal digits")
        : String.fromCharCode(Number.parseInt(hex, 16));
    }
    return Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : this.#fail("an unknown escape");
  }

  #scalar(): Value | undefined {
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.#text);
    if (match === null) return this.#fail(this.position >= this.#text.length ? "ends too early" : "expected a value");
    const [whole, integer = "", fraction, exponent] = match;
    if (fraction === undefined && exponent === undefined) {
      if (integer.length - (integer.startsWith("-") ? 1 : 0) > this.#limits.maxIntegerDigits) {
        return this.#fail(`an integer of more than ${this.#limits.maxIntegerDigits} digits`);
      }
      this.position += whole.length;
      return BigInt(integer);
    }
    this.position += whole.length;
    return Number(whole);
  }

  /** Skips space; takes `token` if it comes next. */
  #next(token: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.position] !== token) return false;
    this.position++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.#text);
    if (match === null) return "";
    this.position += match[0].length;
    return match[0];
  }

  #fail(problem: string): undefined {
    this.problem = problem;
    return undefined;
  }
}
