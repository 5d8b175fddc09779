/**
 * How Python spells text and bytes inside a list: its `repr`.
 *
 * The quote is `'`, or `"` where the text has a `'` and no `"`. That quote and the backslash are escaped.
 */

/** Text that every era spells as it is, between apostrophes: printable ASCII without quotes or backslashes. */
const PLAIN = /^[ !#-&(-[\]-~]*$/;

/** The inside of Python 3's `b'…'` and of Python 2's `'…'`: all but printable ASCII as `\xNN`. */
export function bytesRepr(bytes: Uint8Array): string {
  // Latin-1 shows each byte as one character, and is escaped as bytes are.
  return unicodeRepr(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
}

/** `bytesRepr` of a text's UTF-8. */
export function utf8Repr(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  return bytesRepr(Buffer.from(text, "utf8"));
}

/** Python 3's `repr(str)`: what Unicode calls printable stands as it is. Which that is, Node's version of Unicode says. */
export function textRepr(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  const quote = quoteOf(text);
  const escaped = text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
  const spelled = escaped.replace(/(?:(?! )[\p{C}\p{Z}])+/gu, (run) => asciiOnly(run, "").toString("latin1"));
  return quote + spelled + quote;
}

/** Python 2's `repr(unicode)` after its `u`: ASCII only. */
export function unicodeRepr(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  const quote = quoteOf(text);
  return quote + asciiOnly(text, quote).toString("latin1") + quote;
}

function quoteOf(text: string): "'" | '"' {
  return text.includes("'") && !text.includes('"') ? '"' : "'";
}

/** The longest escape of one UTF-16 unit is `\uNNNN`; a pair of them is `\UNNNNNNNN`. */
const MAX_ESCAPE = 6;

/** Written into bytes, because a stranger may send a megabyte of what has to be escaped. */
function asciiOnly(text: string, quote: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length * MAX_ESCAPE);
  const quoted = quote.charCodeAt(0);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x20 && unit < 0x7f) {
      if (unit === BACKSLASH || unit === quoted) bytes[length++] = BACKSLASH;
      bytes[length++] = unit;
      continue;
    }
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at++;
    length += bytes.write(escapeOf(code), length, "latin1");
  }
  return bytes.subarray(0, length);
}

const BACKSLASH = 0x5c;

function escapeOf(code: number): string {
  return LATIN_1_ESCAPES[code] ?? unicodeEscape(code);
}

const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
]);

const LATIN_1_ESCAPES: readonly string[] = Array.from(
  { length: 0x100 },
  (_, code) => SHORT_ESCAPES.get(code) ?? `\\x${code.toString(16).padStart(2, "0")}`,
);

function unicodeEscape(code: number): string {
  const hex = code.toString(16);
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
