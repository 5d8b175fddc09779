import fc from "fast-check";

const SURROGATES_FROM = 0xd8_00;
const SURROGATES = 0x8_00;
const CODE_POINTS = 0x11_00_00;

/**
 * One character of all of Unicode, without lone surrogates: the unit of `fc.string({ unit })` for any text.
 *
 * It gives what fast-check's own unit `binary` gives, of which the first in a process makes a table of all 1.1 million
 * characters: a second of work, and 85 MB that each later collection of garbage goes through.
 */
export const anyCodePoint: fc.Arbitrary<string> = fc
  .nat(CODE_POINTS - SURROGATES - 1)
  .map((index) => String.fromCodePoint(index < SURROGATES_FROM ? index : index + SURROGATES), indexOf);

/** @throws if it isn't one character of these, by which fast-check learns that it can't have been made here */
function indexOf(character: unknown): number {
  const point = typeof character === "string" ? character.codePointAt(0) : undefined;
  if (point === undefined || String.fromCodePoint(point) !== character) throw new Error("not one character");
  if (point < SURROGATES_FROM) return point;
  if (point < SURROGATES_FROM + SURROGATES) throw new Error("half a character");
  return point - SURROGATES;
}
