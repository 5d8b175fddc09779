import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  compareDecimals,
  type Decimal,
  decimalOf,
  dividedToEven,
  multiply,
  parseDecimal,
  shareOf,
  spell,
  subtract,
} from "../../lib/query/decimal.ts";

/** At least one digit before the point, and any sign. */
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.nat(30))
  .map(([digits, scale]): Decimal => ({ digits, scale }));
const volumes = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt());

const of = (text: string): Decimal => {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new Error(`no decimal: ${text}`);
  return decimal;
};

describe("a decimal", () => {
  it.each([
    [0.1, "0.1"],
    [-0, "0"],
    [1, "1"],
    [1e21, "1000000000000000000000"],
    [-2.5e-7, "-0.00000025"],
    [123456789012345680000, "123456789012345680000"],
    [2n ** 70n, "1180591620717411303424"],
  ])("is what the shortest text of a volume says: %s", (volume, text) => {
    expect(spell(decimalOf(volume))).toBe(text);
  });

  it("is spelled so that it is read back, and a float's so that the float is", () => {
    fc.assert(
      fc.property(decimals, volumes, (decimal, volume) => {
        expect(compareDecimals(of(spell(decimal)), decimal)).toBe(0);
        const text = spell(decimalOf(volume));
        expect(typeof volume === "bigint" ? BigInt(text) : Number(text)).toBe(volume === 0 ? 0 : volume);
      }),
    );
  });

  it.each(["", ".5", "5.", "1e", "1e99999", "0x1", "1 ", "+1", "NaN", "Infinity", "1,5"])("is not %j", (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it("adds, subtracts and multiplies exactly", () => {
    expect(spell(add(decimalOf(0.1), decimalOf(0.2)))).toBe("0.3");
    expect(spell(add(decimalOf(1e308), decimalOf(5e-324)))).toMatch(/^10{308}\.0{323}5$/);
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        expect(spell(add(a, b))).toBe(spell(add(b, a)));
        expect(spell(add(add(a, b), c))).toBe(spell(add(a, add(b, c))));
        expect(spell(subtract(add(a, b), b))).toBe(spell(a));
        expect(spell(multiply(a, add(b, c)))).toBe(spell(add(multiply(a, b), multiply(a, c))));
        expect(Math.sign(compareDecimals(a, b))).toBe(-Math.sign(compareDecimals(b, a)));
        expect(compareDecimals(a, b) < 0).toBe(subtract(a, b).digits < 0n);
      }),
    );
  });

  it.each([
    ["1", 1n, 3n, "0.333333333333"],
    ["-2", 1n, 3n, "-0.666666666666"],
    ["0.0000000000019", 1n, 1n, "0.000000000001"],
    ["12", 3n, 4n, "9"],
  ])("is shared out, cut toward zero to 12 decimals: %s × %s / %s", (amount, part, whole, share) => {
    expect(spell(shareOf(of(amount), part, whole))).toBe(share);
  });

  it.each([
    ["1", 3n, "0.333333333333"],
    ["2", 3n, "0.666666666667"],
    ["-2", 3n, "-0.666666666667"],
    ["0.000000000001", 2n, "0"],
    ["0.000000000003", 2n, "0.000000000002"],
    ["-0.000000000003", 2n, "-0.000000000002"],
    ["7200", 3600n, "2"],
  ])("is divided to 12 decimals, a half to the even one: %s / %s", (amount, divisor, quotient) => {
    expect(spell(dividedToEven(of(amount), divisor))).toBe(quotient);
  });
});
