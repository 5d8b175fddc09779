/**
 * A character that could take over a terminal, turn its lines around, hide, or end a line where a reader does not expect
 * it: Unicode's controls (C0, DEL, C1), formats (bidi, byte-order mark, zero width), halves of surrogate pairs, private and
 * unassigned ones, and its separators of lines and paragraphs.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
const UNPRINTABLE_BUT_LINE_FEED = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu;

/**
 * The same text with each such character spelled as `\uXXXX`. In JSON one can only stand inside a text, where this is
 * legal and means the same.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, spelled);
}

/** The same for several lines: line feeds stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE_BUT_LINE_FEED, spelled);
}

function spelled(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");
}
