import { describe, expect, it } from "vitest";
import { formulasOf } from "./reckoning.ts";

describe("formulas of a page", () => {
  it.each([
    ["`1 + 2 × 3 / 4 − 0.5 = 2`", true],
    ["`1 + 2 = 4`", false],
    ["`10 / 3 = 3.333…`", true],
    ["`10 / 3 = 3.334…`", false],
    ["`10 / 3 = 3.332…`", false],
    ["`10 / 5 = 2.00…`", false],
    ["`10 / 3 = 3.333333333333`", false],
    ["`2 / 3 ≈ 0.666666666667`", true],
    ["`2 / 3 ≈ 0.666666666666`", false],
  ])("are right or not: %s", (text, isRight) => {
    expect(formulasOf(text)).toEqual([{ text, result: /[=≈] ([0-9.]+)/.exec(text)?.[1], isRight }]);
  });
});
