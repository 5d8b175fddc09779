import { parseDecimal } from "../../../lib/query/decimal.ts";

/** `amount` is `top` / `bottom`, exactly. */
interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

export interface Formula {
  readonly text: string;
  /** The right side's digits. */
  readonly result: string;
  readonly isRight: boolean;
}

const TWELVE_DECIMALS = 10n ** 12n;
const FORMULA = /`([^`=≈]+) ([=≈]) ([^`…]+)(…?)`/g;

/** The formulas in a text, done again: `3 + 4 = 7`, `10 / 3 = 3.33…` (cut) and `2 / 3 ≈ 0.666666666667` (rounded). */
export function formulasOf(text: string): readonly Formula[] {
  return Array.from(text.matchAll(FORMULA), ([formula, left = "", sign, result = "", more]) => {
    const [exact, shown] = [sumOf(left), numberOf(result)];
    const off = absolute(minus(exact, shown));
    if (sign === "≈") return { text: formula, result, isRight: off.top * TWELVE_DECIMALS * 2n <= off.bottom };
    // Digits that are cut are less than one of the last that is shown; where none are, there is no "…".
    const last = parseDecimal(result)?.scale ?? 0;
    const isCut = off.top > 0n && off.top * 10n ** BigInt(last) < off.bottom && isLess(shown, exact);
    return { text: formula, result, isRight: more === "…" ? isCut : off.top === 0n };
  });
}

/** Terms of products and quotients, from the left to the right. */
function sumOf(text: string): Fraction {
  const [first = "", ...more] = text.split(/ ([+−]) /);
  let sum = productOf(first);
  for (let at = 0; at < more.length; at += 2) {
    const term = productOf(more[at + 1] ?? "");
    sum = minus(sum, more[at] === "−" ? term : { top: -term.top, bottom: term.bottom });
  }
  return sum;
}

function productOf(text: string): Fraction {
  const [first = "", ...more] = text.split(/ ([×/]) /);
  let product = numberOf(first);
  for (let at = 0; at < more.length; at += 2) {
    const { top, bottom } = numberOf(more[at + 1] ?? "");
    product =
      more[at] === "×"
        ? { top: product.top * top, bottom: product.bottom * bottom }
        : { top: product.top * bottom, bottom: product.bottom * top };
  }
  return product;
}

/** @throws for anything else: what a formula's form has, and is none, is checked by nobody */
function numberOf(text: string): Fraction {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new Error(`not a number: ${JSON.stringify(text)}`);
  return { top: decimal.digits, bottom: 10n ** BigInt(decimal.scale) };
}

function minus(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.bottom - b.top * a.bottom, bottom: a.bottom * b.bottom };
}

function absolute({ top, bottom }: Fraction): Fraction {
  return { top: top < 0n ? -top : top, bottom };
}

function isLess(a: Fraction, b: Fraction): boolean {
  return a.top * b.bottom < b.top * a.bottom;
}
