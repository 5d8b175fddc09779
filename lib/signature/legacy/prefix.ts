/** The names of the outer maps, which stand in front of each name inside a map. */
export interface Prefix {
  readonly outer: Prefix | undefined;
  /** Of the map itself. */
  readonly name: string;
  /** Characters; below 0 where the dialect can't spell one of the names. */
  readonly length: number;
  /** Undefined until somebody needs it: a short message can hold thousands of maps behind names of 30,000 characters. */
  text: string | undefined;
}

export const NO_PREFIX: Prefix = { outer: undefined, name: "", length: 0, text: "" };

const UNSPELLABLE: Prefix = { outer: undefined, name: "", length: -1, text: undefined };

/** The prefix inside a map of this name, which stands behind `outer` and may be undefined if it can't be spelled. */
export function inside(outer: Prefix, name: string | undefined): Prefix {
  if (name === undefined || outer.length < 0) return UNSPELLABLE;
  return { outer, name, length: outer.length + name.length + 1, text: undefined };
}

/** The prefix as text, in one piece: V8 would keep a sum as a tree, to be walked each time it is used. */
export function spelled(prefix: Prefix): string {
  if (prefix.text !== undefined) return prefix.text;
  const parts: string[] = [];
  // Those of the outer maps are not kept: 128 of them could be a hundred times as long as the message.
  let at = prefix;
  for (; at.outer !== undefined && at.text === undefined; at = at.outer) parts.push(":", at.name);
  parts.push(at.text ?? "");
  prefix.text = parts.reverse().join("");
  return prefix.text;
}
