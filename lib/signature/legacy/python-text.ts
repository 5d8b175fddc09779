/**
 * How Python spells text and bytes inside a list: its `repr`.
 *
 * The quote is `'`, or `"` where the text has a `'` and no `"`. That quote and the backslash are escaped.
 */

/** Text that every era spells as it is, between apostrophes: printable ASCII without quotes or backslashes. */
const PLAIN = /^[ !#-&(-[\]-~]*$/;

/** The inside of Python 3's `b'…'` and of Python 2's `'…'`: all but printable ASCII as `\xNN`. */
export function bytesRepr(bytes: Uint8Array): string {
  // Latin-1 shows each byte as one character, so that a pattern can find those to escape.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  return quoted(text, /[\u0000-\u001f\u007f-\u00ff]/g, hexByte);
}

/** `bytesRepr` of a text's UTF-8. */
export function utf8Repr(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  return bytesRepr(Buffer.from(text, "utf8"));
}

/** Python 3's `repr(str)`: what Unicode calls printable stands as it is. */
export function textRepr(text: string): string {
  return quoted(text, /(?! )[\p{C}\p{Z}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? hexByte(character) : unicodeEscape(code);
  });
}

/** Python 2's `repr(unicode)` after its `u`: ASCII only. */
export function unicodeRepr(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is escaped
  return quoted(text, /[\u0000-\u001f\u007f-\u{10ffff}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? hexByte(character) : unicodeEscape(code);
  });
}

function quoted(text: string, unprintable: RegExp, spell: (character: string) => string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
  return quote + escaped.replace(unprintable, (character) => SHORT_ESCAPES.get(character) ?? spell(character)) + quote;
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
]);

function hexByte(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function unicodeEscape(code: number): string {
  const hex = code.toString(16);
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
