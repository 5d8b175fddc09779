/**
 * Finds the end of a JSON map or list without making anything of what is in it, so that what lies behind can be read.
 * Brackets are counted and not compared: what is no JSON in there harms nobody but its own sender.
 *
 * @param inside a place inside the map or list, not inside a text
 * @returns the position behind its end; the end of all if it has none
 */
export function skipJson(text: string, inside: number): number {
  let isText = false;
  for (let at = inside, depth = 1; at < text.length; at++) {
    const character = text[at];
    if (isText) {
      if (character === "\\") at++;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === "{" || character === "[") depth++;
    else if ((character === "}" || character === "]") && --depth === 0) return at + 1;
  }
  return text.length;
}
