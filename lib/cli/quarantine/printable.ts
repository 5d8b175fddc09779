/**
 * The same JSON without a character that could take over a terminal or turn its lines around. Such a character can
 * only stand inside a text, where JSON spells it out.
 *
 * @param json with line feeds between its values at most
 */
export function printableJson(json: string): string {
  return json.replace(/[^\P{C}\n]/gu, spelled);
}

/** What an outsider chose, for a line of text: spelled out as JSON would. */
export function onOneLine(text: string): string {
  return text.replace(/\p{C}/gu, spelled);
}

function spelled(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");
}
