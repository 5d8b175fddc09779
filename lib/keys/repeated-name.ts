/**
 * The first name that stands twice in one object. `JSON.parse` takes the last of them without a word: a key would vanish,
 * or a restriction be none.
 *
 * @param json legal JSON, as `JSON.parse` has accepted it
 * @returns undefined where all names are different
 */
export function repeatedName(json: string): RepeatedName | undefined {
  const objects: Set<string>[] = [];
  let text: string | undefined;
  for (const [token] of json.matchAll(TOKENS)) {
    // A list has no names, so that its set stays empty.
    if (token === "{" || token === "[") objects.push(new Set());
    else if (token === "}" || token === "]") objects.pop();
    else if (token === ":" && text !== undefined) {
      const name = String(JSON.parse(text));
      const names = objects.at(-1);
      if (names?.has(name)) return { name, depth: objects.length };
      names?.add(name);
    }
    text = token.startsWith('"') ? token : undefined;
  }
  return undefined;
}

export interface RepeatedName {
  readonly name: string;
  /** 1 for a name of the outermost object. */
  readonly depth: number;
}

/** Texts, so that what stands inside them is not looked at, and the marks that make objects and lists. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
