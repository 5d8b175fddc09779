import type { ExactNumber } from "../sample/sample.ts";

/** An exact decimal: `digits` / 10^`scale`. Of any size, never rounded but by the two functions that say so. */
export interface Decimal {
  readonly digits: bigint;
  /** Digits behind the point, at least 0. Zeros at the end may be among them. */
  readonly scale: number;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };

/** Digits behind the point that a rounding leaves: those of a share of a rise, and of what is shown in hours. */
const ROUNDED_SCALE = 12;

/** The decimal that a volume's shortest text says: `0.1` is 0.1, though the float beside it is not. */
export function decimalOf(volume: ExactNumber): Decimal {
  if (typeof volume === "bigint") return { digits: volume, scale: 0 };
  if (Number.isSafeInteger(volume)) return { digits: BigInt(volume), scale: 0 };
  const decimal = parseDecimal(String(volume));
  if (decimal === undefined) throw new RangeError(`a volume is finite, and ${volume} is not`);
  return decimal;
}

/** @returns undefined for what is no decimal: digits with a sign, a point and an exponent where wanted */
export function parseDecimal(text: string): Decimal | undefined {
  const [all, sign = "", whole = "", fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  if (all === undefined) return undefined;
  const digits = BigInt(sign + whole + fraction);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? { digits: digits * powerOfTen(-scale), scale: 0 } : { digits, scale };
}

// Four digits of an exponent are more than a float has, and no text makes a number that fills memory.
const DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,4}))?$/;

/** All digits, without an exponent: `-0.00000025`. Two decimals that are equal are spelled alike. */
export function spell({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? "-" : "";
  const bare = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  const fraction = bare.slice(bare.length - scale).replace(/0+$/, "");
  return sign + bare.slice(0, bare.length - scale) + (scale === 0 || fraction === "" ? "" : `.${fraction}`);
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: scaled(a, scale) + scaled(b, scale), scale };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: scaled(a, scale) - scaled(b, scale), scale };
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** Negative where `a` is less, 0 where they are equal, positive where it is greater. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [scaled(a, scale), scaled(b, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export function isNegative({ digits }: Decimal): boolean {
  return digits < 0n;
}

/** `amount` × `part` / `whole`, cut toward zero to 12 decimals. @param whole more than 0 */
export function shareOf(amount: Decimal, part: bigint, whole: bigint): Decimal {
  const numerator = amount.digits * part * powerOfTen(ROUNDED_SCALE);
  return { digits: numerator / (whole * powerOfTen(amount.scale)), scale: ROUNDED_SCALE };
}

/** `amount` / `divisor` to 12 decimals, a half to the even neighbour. @param divisor more than 0 */
export function dividedToEven(amount: Decimal, divisor: bigint): Decimal {
  const numerator = amount.digits * powerOfTen(ROUNDED_SCALE);
  const denominator = divisor * powerOfTen(amount.scale);
  const cut = numerator / denominator;
  const rest = numerator - cut * denominator;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const isUp = twice > denominator || (twice === denominator && cut % 2n !== 0n);
  return { digits: isUp ? cut + (numerator < 0n ? -1n : 1n) : cut, scale: ROUNDED_SCALE };
}

function scaled({ digits, scale }: Decimal, wanted: number): bigint {
  return scale === wanted ? digits : digits * powerOfTen(wanted - scale);
}

/** Those that floats and shares need; a bigint's power costs more than the sum that it is for. */
const powers: readonly bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return powers[exponent] ?? 10n ** BigInt(exponent);
}
