import type { ExactNumber } from "../../../sample/sample.ts";

/** DynamoDB refuses a number with more significant digits. */
const MAX_DIGITS = 38;
/** Powers of ten of the first significant digit: magnitudes from 1E-130 to 9.99…E+125. */
const MIN_EXPONENT = -130;
const MAX_EXPONENT = 125;

/**
 * A volume as the text of a DynamoDB number; undefined where that would be refused or rounded. It forgets
 * what DynamoDB can't tell apart: `1.0` and `1`, `-0.0` and `0`.
 */
export function dynamoNumber(value: ExactNumber): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) return undefined;
  if (value === 0 || value === 0n) return "0";
  const { digits, exponent } = typeof value === "bigint" ? ofInteger(value) : ofFloat(value);
  return digits <= MAX_DIGITS && exponent >= MIN_EXPONENT && exponent <= MAX_EXPONENT ? String(value) : undefined;
}

function ofInteger(value: bigint): { digits: number; exponent: number } {
  const text = String(value < 0n ? -value : value);
  return { digits: text.replace(/0+$/, "").length, exponent: text.length - 1 };
}

function ofFloat(value: number): { digits: number; exponent: number } {
  const [mantissa = "", exponent] = Math.abs(value).toExponential().split("e");
  return { digits: mantissa.replace(".", "").length, exponent: Number(exponent) };
}
