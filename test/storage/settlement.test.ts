import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept } from "../../lib/sample/rejection.ts";
import { fromSettlementLine, ruling, settlementFor, toSettlementLine } from "../../lib/storage/settlement.ts";
import { anyCodePoint } from "../support/any-code-point.ts";
import { samples } from "../support/record-arbitrary.ts";
import { aSample } from "../support/sample-builder.ts";

const decision = { reason: "seen", by: "ann", at: "2022-10-01T08:00:00.000000Z" };

describe("a settlement", () => {
  it("is one line of JSON, from which it is read back exactly", () => {
    fc.assert(
      fc.property(samples(), fc.string({ unit: anyCodePoint }), (sample, reason) => {
        const settlement = settlementFor(sample, { ...decision, reason });
        const line = toSettlementLine(settlement);
        expect(line).not.toContain("\n");
        JSON.parse(line);
        expect(fromSettlementLine(line)).toEqual(accept(settlement));
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.keys(JSON.parse(toSettlementLine(settlementFor(aSample({ counter_volume: 1n }), decision)))))(
    "with a value of another kind as %s is none",
    (name) => {
      const fields = JSON.parse(toSettlementLine(settlementFor(aSample({ counter_volume: 1n }), decision)));
      const line = JSON.stringify({ ...fields, [name]: name === "counter_volume" ? "1" : 1 });
      expect(fromSettlementLine(line)).toMatchObject({ ok: false, reason: "undecodable" });
    },
  );

  it.each(["", "{", "[]", "7", "{}"])("is not made of %j", (line) => {
    expect(fromSettlementLine(line)).toMatchObject({ ok: false });
  });

  it("rules over earlier ones, and of two of one moment always the same", () => {
    const one = settlementFor(aSample({ message_id: "m" }), decision);
    const other = { ...one, reason: "other" };
    const later = { ...one, at: "2022-10-01T08:00:00.000001Z" };
    expect(ruling([one, later, other])).toBe(later);
    expect(ruling([one, other])).toBe(ruling([other, one]));
    expect(ruling([])).toBeUndefined();
  });
});
