import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floatRepr, floatStrPython2 } from "../../lib/wire/python-number.ts";

describe("floatRepr", () => {
  it.each([
    [0, "0.0"],
    [-0, "-0.0"],
    [1, "1.0"],
    [100, "100.0"],
    [0.1, "0.1"],
    [1e15, "1000000000000000.0"],
    [9999999999999998, "9999999999999998.0"],
    [1e16, "1e+16"],
    [-1.5e16, "-1.5e+16"],
    [1e21, "1e+21"],
    [1e100, "1e+100"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ])("spells %d as %s", (value, text) => {
    expect(floatRepr(value)).toBe(text);
  });

  it("reads back exactly, and never looks like an integer", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(floatRepr(value))).toBe(value);
        expect(floatRepr(value)).toMatch(/[.e]/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("floatStrPython2", () => {
  // Printed by CPython 2.7.18.
  it.each([
    [0, "0.0"],
    [-0, "-0.0"],
    [1 / 3, "0.333333333333"],
    [99_999_999_999.5, "99999999999.5"],
    [12_345_678_901.25, "12345678901.2"],
    [99_999_999_999, "99999999999.0"],
    [100_000_000_000, "1e+11"],
    [100_000_000_000.5, "1e+11"],
    [100_000_000_001.5, "1.00000000002e+11"],
    [123_456_789_012.5, "1.23456789012e+11"],
    [123_456_789_010, "1.2345678901e+11"],
    [999_999_999_999, "9.99999999999e+11"],
    [8_650_230_000_000.25, "8.65023e+12"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [0.00012345, "0.00012345"],
    [-2.5, "-2.5"],
    [5e-324, "4.94065645841e-324"],
    [1.7976931348623157e308, "1.79769313486e+308"],
    [Number.NaN, "nan"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ])("spells %d as %s", (value, text) => {
    expect(floatStrPython2(value)).toBe(text);
  });

  it("is the full spelling wherever twelve digits are enough", () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }), (value) => {
        expect(floatStrPython2(value)).toBe(floatRepr(value));
      }),
    );
  });
});
