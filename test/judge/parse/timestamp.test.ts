import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTimestamp } from "../../../lib/judge/parse/timestamp.ts";
import { jsonFixture } from "../../support/fixtures.ts";

interface Case {
  readonly input: unknown;
  readonly naive_utc?: string;
}

const cases = jsonFixture<readonly Case[]>("timestamps.json").filter(
  (one): one is Case & { input: string } => typeof one.input === "string",
);

describe("parseTimestamp", () => {
  it.each(cases)("reads $input as Ceilometer does", ({ input, naive_utc }) => {
    const micros = naive_utc === undefined || naive_utc.includes(".") ? naive_utc : `${naive_utc}.000000`;
    expect(parseTimestamp(input)).toBe(micros === undefined ? undefined : `${micros}Z`);
  });

  it.each([
    ["2016-02-29", "2016-02-29T00:00:00.000000Z"],
    ["2015-02-29", undefined],
    ["2014-05-06T07:08:09+0030", "2014-05-06T06:38:09.000000Z"],
    ["2014-01-01T00:00:00+01:00", "2013-12-31T23:00:00.000000Z"],
    ["9999-12-31T23:59:59-01:00", undefined],
    ["0099-01-01", "0099-01-01T00:00:00.000000Z"],
    ["201405", undefined],
    ["2014-13-01", undefined],
    ["2014-00-01", undefined],
    ["2014-05-06T07:60", undefined],
    ["2014-05-06T07:08:09\n\n", undefined],
    ["2014-05-06T07:08:09\r\n", undefined],
    [`2014-05-06T07:08:09.${"9".repeat(28)}`, "2014-05-06T07:08:09.999999Z"],
    [`2014-05-06T07:08:09.${"9".repeat(29)}`, undefined],
    [`2014-05-06T07:08:09.${"123456789".repeat(9)}`, "2014-05-06T07:08:09.123456Z"],
  ])("reads %j as %s", (text, time) => {
    expect(parseTimestamp(text)).toBe(time);
  });

  it("reads back any time that it has normalised", () => {
    const date = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, fc.nat(999_999), (moment, micros) => {
        const time = `${moment.toISOString().slice(0, 19)}.${String(micros).padStart(6, "0")}Z`;
        expect(parseTimestamp(time)).toBe(time);
      }),
    );
  });

  it("reads the form that publishers send as it reads any other form of the same time", () => {
    const part = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, "0"));
    const year = fc.constantFrom("0000", "0001", "1900", "2000", "2016", "2022", "2023", "9999");
    const fraction = fc.option(fc.stringMatching(/^[0-9]{6}$/), { nil: undefined });
    const parts = fc.tuple(year, part(14), part(33), part(25), part(61), part(61), fraction);
    fc.assert(
      fc.property(parts, ([y, month, day, hour, minute, second, micros]) => {
        const text = `${y}-${month}-${day}T${hour}:${minute}:${second}${micros === undefined ? "" : `.${micros}`}`;
        expect(parseTimestamp(text)).toBe(parseTimestamp(`${text}Z`));
      }),
      { numRuns: 5_000 },
    );
  });

  it("reads a text with one wrong character as it reads any other form of it", () => {
    const text = "2022-09-30T12:00:00.123456";
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const wrong = text.slice(0, at) + character + text.slice(at + 1);
        fc.pre(!"+-Z\n".includes(character));
        expect(parseTimestamp(wrong)).toBe(parseTimestamp(`${wrong}Z`));
      }),
      { numRuns: 2_000 },
    );
  });
});
