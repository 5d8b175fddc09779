import { accept, type RejectionReason, type Result, reject } from "../sample/rejection.ts";
import type { Value, ValueMap } from "../sample/value.ts";
import { type Document, PartsInHand } from "./document.ts";
import { skipJson } from "./json-skip.ts";
import { ESCAPES, WORDS } from "./json-words.ts";
import type { KnownValues } from "./known-values.ts";
import { type DecodeLimits, messageLimits } from "./limits.ts";
import { EMPTY_LIST, EMPTY_MAP } from "./shared-values.ts";

const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const HEX = /[0-9a-fA-F]{4}/y;

/**
 * Reads one JSON text as Python's json module does: `1.0` is a float and `1` an integer of any size, bare
 * NaN and Infinity are floats, of equal keys the last counts. Stricter in one thing: text with a lone
 * surrogate is undecodable, because it has no UTF-8 and so no signature.
 *
 * @param known what came before under a name
 */
export function decodeJson(
  text: string,
  limits: DecodeLimits = messageLimits,
  known?: KnownValues<string>,
): Result<Value> {
  const read = readWhole(text, limits, undefined, known);
  return read.ok ? accept(read.value.value) : read;
}

/**
 * The same for what may be a list of messages: one that exceeds a limit is skipped and noted, and its neighbours
 * are read all the same.
 */
export function readJson(text: string, limits: DecodeLimits, known?: KnownValues<string>): Result<Document> {
  return readWhole(text, limits, new PartsInHand(), known);
}

function readWhole(
  text: string,
  limits: DecodeLimits,
  parts?: PartsInHand,
  known?: KnownValues<string>,
): Result<Document> {
  if (text.length > limits.maxBytes) {
    return reject("too-large", `${text.length} characters; the limit is ${limits.maxBytes} bytes`);
  }
  const reader = new JsonReader(text, limits, parts, known);
  const value = reader.document();
  if (value === undefined) return reject(reader.reason, `JSON: ${reader.problem} at character ${reader.position}`);
  return accept({ value, parts: parts?.found ?? NO_PARTS });
}

const NO_PARTS: Document["parts"] = new Map();

/** Answers `undefined` once something is wrong, with `problem` saying what. */
class JsonReader {
  position = 0;
  problem = "";
  reason: RejectionReason = "undecodable";
  readonly #text: string;
  readonly #limits: DecodeLimits;
  readonly #parts: PartsInHand | undefined;
  readonly #known: KnownValues<string> | undefined;

  constructor(
    text: string,
    limits: DecodeLimits,
    parts: PartsInHand | undefined,
    known: KnownValues<string> | undefined,
  ) {
    this.#text = text;
    this.#limits = limits;
    this.#parts = parts;
    this.#known = known;
  }

  document(): Value | undefined {
    const value = this.#value(0);
    if (value === undefined) return undefined;
    this.#space();
    return this.position === this.#text.length ? value : this.#fail("something after the value");
  }

  #value(depth: number): Value | undefined {
    this.#space();
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
    const { maxDepth, maxMapLength } = this.#limits;
    if (depth >= maxDepth) return this.#exceed(`nests deeper than ${maxDepth}`, this.position + 1);
    this.position++;
    if (this.#next("}")) return EMPTY_MAP;
    const map = new Map<string, Value>();
    for (;;) {
      this.#space();
      if (this.#text[this.position] !== '"') return this.#fail("expected a name in quotes");
      const name = this.#string();
      if (name === undefined) return undefined;
      if (!this.#next(":")) return this.#fail("expected a colon");
      const value = this.#member(map, name, depth);
      if (value === undefined) return undefined;
      map.set(name, value);
      if (map.size > maxMapLength) return this.#exceed(`a map of more than ${maxMapLength} entries`, this.position);
      if (this.#next("}")) return map;
      if (!this.#next(",")) return this.#fail("expected a comma or a closing brace");
    }
  }

  #member(map: ValueMap, name: string, depth: number): Value | undefined {
    const known = this.#known;
    if (known === undefined || name !== known.name || depth > known.mostDepth) return this.#value(depth + 1);
    this.#space();
    const start = this.position;
    const found = known.find(map, this.#text, start);
    if (found !== undefined) {
      this.position += found.length;
      return found.value;
    }
    const value = this.#value(depth + 1);
    if (value !== undefined) known.met(map, this.#text, start, this.position, value);
    return value;
  }

  #list(depth: number): Value | undefined {
    const { maxDepth, maxArrayLength } = this.#limits;
    if (depth >= maxDepth) return this.#exceed(`nests deeper than ${maxDepth}`, this.position + 1);
    this.position++;
    if (this.#next("]")) return EMPTY_LIST;
    const list: Value[] = [];
    const parts = this.#parts?.begin(list, depth);
    for (;;) {
      const start = this.position;
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      list.push(item);
      if (parts !== undefined) this.#parts?.next(parts, this.position - start);
      if (list.length > maxArrayLength) {
        if (parts !== undefined) this.#parts?.end();
        return this.#exceed(`a list of more than ${maxArrayLength} items`, this.position);
      }
      if (this.#next("]")) {
        if (parts !== undefined) this.#parts?.end();
        return list;
      }
      if (!this.#next(",")) return this.#fail("expected a comma or a closing bracket");
    }
  }

  /** Over a limit: what exceeds it is skipped if it is one of several messages. `inside` is any place inside of it. */
  #exceed(problem: string, inside: number): Value | undefined {
    if (this.#parts?.exceed(`JSON: ${problem} at character ${this.position}`) !== true) {
      this.reason = "too-large";
      return this.#fail(problem);
    }
    this.position = skipJson(this.#text, inside);
    return null;
  }

  #string(): string | undefined {
    const start = this.position++;
    let text = "";
    for (;;) {
      const from = this.position;
      const next = this.#plainEnd();
      text += this.#text.slice(from, this.position);
      if (text.length > this.#limits.maxStringLength) {
        this.reason = "too-large";
        return this.#fail(`a string of more than ${this.#limits.maxStringLength} characters`);
      }
      if (next !== QUOTE && next !== BACKSLASH) {
        return this.#fail(Number.isNaN(next) ? "ends inside a string" : "a control character inside a string");
      }
      this.position++;
      if (next === QUOTE) break;
      const escaped = this.#escape();
      if (escaped === undefined) return undefined;
      text += escaped;
    }
    if (text.isWellFormed()) return text;
    this.position = start;
    return this.#fail("text with a lone surrogate");
  }

  /** Goes on to the first character that does not stand for itself, and gives it: a quote, a backslash, a control character; NaN at the end. */
  #plainEnd(): number {
    const text = this.#text;
    let at = this.position;
    let unit = text.charCodeAt(at);
    while (unit >= 0x20 && unit !== QUOTE && unit !== BACKSLASH) unit = text.charCodeAt(++at);
    this.position = at;
    return unit;
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
    const first = this.#text.charCodeAt(this.position);
    if (!(first >= DIGIT_0 && first <= DIGIT_9)) {
      for (const [word, value] of WORDS) {
        if (this.#text.startsWith(word, this.position)) {
          this.position += word.length;
          return value;
        }
      }
    }
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.#text);
    if (match === null) return this.#fail(this.position >= this.#text.length ? "ends too early" : "expected a value");
    const [whole, integer = "", fraction, exponent] = match;
    if (fraction === undefined && exponent === undefined) {
      if (integer.length - (integer.startsWith("-") ? 1 : 0) > this.#limits.maxIntegerDigits) {
        const digits = this.#limits.maxIntegerDigits;
        return this.#exceedNumber(`an integer of more than ${digits} digits`, whole.length);
      }
      this.position += whole.length;
      return BigInt(integer);
    }
    this.position += whole.length;
    return Number(whole);
  }

  #exceedNumber(problem: string, length: number): Value | undefined {
    if (this.#parts?.exceed(`JSON: ${problem} at character ${this.position}`) !== true) {
      this.reason = "too-large";
      return this.#fail(problem);
    }
    this.position += length;
    return null;
  }

  /** Skips space; takes `token` if it comes next. */
  #next(token: string): boolean {
    this.#space();
    if (this.#text[this.position] !== token) return false;
    this.position++;
    return true;
  }

  #space(): void {
    const text = this.#text;
    let at = this.position;
    for (let unit = text.charCodeAt(at); isSpace(unit); unit = text.charCodeAt(++at));
    this.position = at;
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}
