import { type Decimal, ZERO } from "./decimal.ts";

/** Digits of an average or a deviation: as many as Python's decimals have, and far more than a float's seventeen. */
const DIGITS = 28;
/** Guard digits, calculated beyond those: they say how to round. */
const GUARD = 5;

/** `amount` / `count` to 28 significant digits, a half to the even neighbour. @param count more than 0 */
export function meanOf(amount: Decimal, count: bigint): Decimal {
  const numerator = magnitude(amount.digits);
  if (numerator === 0n) return ZERO;
  const denominator = count * 10n ** BigInt(amount.scale);
  const scale = DIGITS + GUARD + length(denominator) - length(numerator);
  const [up, down] = [numerator * tens(scale), denominator * tens(-scale)];
  const mean = rounded(up / down, scale, up % down !== 0n);
  return amount.digits < 0n ? { digits: -mean.digits, scale: mean.scale } : mean;
}

/** The deviation of a whole population, to 28 significant digits. @param count more than 0 */
export function deviationOf(sum: Decimal, squares: Decimal, count: bigint): Decimal {
  // Variance is (n Σx² − (Σx)²) / n², exactly; squares have twice the digits behind the point.
  const scale = Math.max(sum.scale, Math.ceil(squares.scale / 2));
  const all = sum.digits * tens(scale - sum.scale);
  const variance = count * squares.digits * tens(2 * scale - squares.scale) - all * all;
  if (variance <= 0n) return ZERO;
  const more = Math.max(0, DIGITS + GUARD + length(count) - Math.floor(length(variance) / 2));
  const square = variance * tens(2 * more);
  const root = squareRoot(square);
  return rounded(root / count, scale + more, root % count !== 0n || root * root !== square);
}

/** @param isMore what was cut off behind `digits` is more than nothing */
function rounded(digits: bigint, scale: number, isMore: boolean): Decimal {
  const excess = length(digits) - DIGITS;
  if (excess <= 0) return { digits: digits * tens(-scale), scale: Math.max(0, scale) };
  const unit = tens(excess);
  const [kept, rest] = [digits / unit, (digits % unit) * 2n];
  const isUp = rest > unit || (rest === unit && (isMore || kept % 2n !== 0n));
  const left = scale - excess;
  return { digits: (isUp ? kept + 1n : kept) * tens(-left), scale: Math.max(0, left) };
}

/** Newton's method from above: the greatest integer whose square is no more. */
function squareRoot(square: bigint): bigint {
  let root = 10n ** BigInt(Math.ceil(length(square) / 2));
  for (;;) {
    const next = (root + square / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function length(value: bigint): number {
  return String(value).length;
}

/** A power of ten; 1 for a negative exponent. */
function tens(exponent: number): bigint {
  return exponent <= 0 ? 1n : 10n ** BigInt(exponent);
}
