import type { Value } from "../sample/value.ts";

/** The characters that a letter behind a backslash stands for. */
export const ESCAPES: Readonly<Record<string, string>> = {
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
export const WORDS: readonly (readonly [word: string, value: Value])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];
