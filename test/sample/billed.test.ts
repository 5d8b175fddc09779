import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { billedContent, compareBilled, compareVolumes } from "../../lib/sample/billed.ts";
import type { ExactNumber, Sample } from "../../lib/sample/sample.ts";
import { aSample } from "../support/sample-builder.ts";

const sample = aSample({ counter_volume: 10n });
const finite = fc.oneof(fc.bigInt(), fc.double({ noNaN: true, noDefaultInfinity: true }));

/** By integers of one scale, worked out from the text alone. */
function reference(a: ExactNumber, b: ExactNumber): number {
  const scale = (value: ExactNumber): bigint => {
    const [digits = "0", exponent = "0"] = (typeof value === "bigint" ? String(value) : value.toExponential()).split(
      "e",
    );
    const [whole = "0", fraction = ""] = digits.split(".");
    return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length + 400);
  };
  const [x, y] = [scale(a), scale(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

describe("what is billed of a sample", () => {
  it("is volume, type, unit, project and user, each of them", () => {
    const others: Partial<Sample>[] = [
      { counter_volume: 11n },
      { counter_volume: -10n },
      { counter_type: "gauge" },
      { counter_unit: "s" },
      { project_id: null },
      { project_id: "other" },
      { user_id: null },
    ];
    const billed = [sample, ...others.map((other) => ({ ...sample, ...other }))].map(billedContent);

    expect(new Set(billed).size).toBe(others.length + 1);
  });

  it("is nothing else: 10 and 10.0 of whatever metadata, source and signature bill the same", () => {
    const others: Partial<Sample>[] = [
      { counter_volume: 10 },
      { resource_metadata: null },
      { source: "other" },
      { message_signature: "0".repeat(64) },
      { dialect: "kilo" },
      { user_name: "somebody" },
    ];

    expect(others.map((other) => billedContent({ ...sample, ...other }))).toEqual(
      others.map(() => billedContent(sample)),
    );
  });

  it("orders volumes as the decimals that they say, integers and floats alike", () => {
    expect(compareVolumes(10n ** 23n, 1e23)).toBe(0);
    expect(compareVolumes(-0, 0n)).toBe(0);
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        expect(compareVolumes(a, b)).toBe(reference(a, b));
      }),
      { numRuns: 2_000 },
    );
  });

  it("orders samples of equal volumes by their content, so that any order of arrival gives one", () => {
    const other = { ...sample, project_id: "other" };

    expect([compareBilled(sample, other), compareBilled(other, sample)].sort()).toEqual([-1, 1]);
    expect(compareBilled({ ...sample, counter_volume: 11n }, other)).toBe(1);
  });
});
