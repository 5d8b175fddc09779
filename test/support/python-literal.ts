import type { Dialect } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";

/** The list that a dialect spells so; undefined where there is none, or none that this small reader finds. */
export function listSpelled(text: string, dialect: Dialect): readonly Value[] | undefined {
  const read = new LiteralReader(text).whole();
  if (!Array.isArray(read)) return undefined;
  const list = read.map((item) => (dialect === "icehouse" ? firstLevel(item) : toValue(item, dialect)));
  const canonical = canonicalText(new Map([["l", list]]), dialect);
  return canonical.kind === "text" && canonical.text === `l${text}` ? list : undefined;
}

/** Text with the letter in front of its quote. */
interface Quoted {
  readonly prefix: string;
  readonly text: string;
}
type Literal = Quoted | null | boolean | number | bigint | Literal[];

function isQuoted(literal: Literal): literal is Quoted {
  return typeof literal === "object" && literal !== null && !Array.isArray(literal);
}

/** Items were made text first: what looks like a list inside was one. */
function firstLevel(item: Literal): Value {
  if (!isQuoted(item)) return toValue(item, "icehouse");
  const inner = new LiteralReader(item.text).whole();
  return Array.isArray(inner) ? inner.map((one) => toValue(one, "icehouse")) : item.text;
}

function toValue(literal: Literal, dialect: Dialect): Value {
  if (Array.isArray(literal)) return literal.map((item) => toValue(item, dialect));
  if (!isQuoted(literal)) return literal;
  if (dialect === "py3" && literal.prefix === "") return Buffer.from(literal.text);
  return Buffer.from(literal.text, "latin1").toString("utf8");
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Literal | undefined {
    const value = this.#value();
    return this.#at === this.#text.length ? value : undefined;
  }

  #value(): Literal | undefined {
    if (this.#text[this.#at] === "[") return this.#list();
    const word = this.#match(/None|True|False/y);
    if (word !== undefined) return word === "None" ? null : word === "True";
    const number = this.#match(/-?[0-9]+(?:\.[0-9]+)?(?:e[-+][0-9]+)?/y);
    if (number !== undefined) return /^-?[0-9]+$/.test(number) ? BigInt(number) : Number(number);
    const quoted = this.#match(/[bu]?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/y);
    if (quoted === undefined) return undefined;
    const prefix = /^[bu]/.exec(quoted)?.[0] ?? "";
    return { prefix, text: unescaped(quoted.slice(prefix.length + 1, -1)) };
  }

  #list(): Literal[] | undefined {
    const items: Literal[] = [];
    this.#at++;
    while (this.#text[this.#at] !== "]") {
      if (items.length > 0 && this.#match(/, /y) === undefined) return undefined;
      const item = this.#value();
      if (item === undefined) return undefined;
      items.push(item);
    }
    this.#at++;
    return items;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|.)/g, (_all, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (SHORT.get(code) ?? code),
  );
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["t", "\t"],
  ["n", "\n"],
  ["r", "\r"],
]);
